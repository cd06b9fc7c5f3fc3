import { isOneOf } from '../apis.ts';

const apis = [
  '/api/data_views/data_view',
  '/api/data_views/data_view/{name}',
  '/api/saved_objects/{name}',
  '/api/saved_objects/{name}/{name}',
  '/api/security/role/{name}',
  '/api/spaces/space',
  '/api/spaces/space/{name}',
];

const isBulk = isOneOf(['/api/saved_objects/_{name}', '/s/{name}/api/saved_objects/_{name}']);
const isOneOfThese = isOneOf([...apis, ...apis.map((api) => `/s/{name}${api}`)]);

/** The APIs that write one object. All others, such as an import, may take effect in part. */
export const isOneObject = ({ path }: { readonly path: string }): boolean => isOneOfThese(path) && !isBulk(path);
