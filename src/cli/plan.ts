import { stringify } from 'yaml';
import { canonicalJson } from '../plan/index.ts';
import { planText } from '../report/index.ts';
import { chooseRunbook, versionGiven } from './choose.ts';
import { type PlanArguments, planned } from './planned.ts';

export interface PlanOptions extends PlanArguments {
  readonly format: 'text' | 'json' | 'yaml';
  /** Which version, where the name does not say it. */
  readonly elasticsearch?: string;
}

/** `runbook plan`: prints every call that a run would make. Offline; nothing is sent and no secret is read. */
export async function plan(name: string, options: PlanOptions): Promise<void> {
  const { plan, id } = await planned(await chooseRunbook(name, versionGiven(options.elasticsearch)), options);
  switch (options.format) {
    case 'text':
      process.stdout.write(planText(plan, id));
      return;
    // Exactly the bytes that the id is taken over: `sha256sum` gives it.
    case 'json':
      process.stdout.write(canonicalJson(plan));
      return;
    case 'yaml':
      process.stdout.write(`# plan ${id}\n${stringify(JSON.parse(canonicalJson(plan)))}`);
      return;
  }
}
