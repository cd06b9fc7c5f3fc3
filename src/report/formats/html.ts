import { pageOf } from '../page/page.ts';
import { subjectPage } from '../page/subject-page.ts';
import type { Format } from './format.ts';

/** One page for a browser, with everything in it. */
export const html: Format = {
  render: (subject) => pageOf(subjectPage(subject)).text,
};
