import { isSince, type Version } from './versions.ts';

/** The saved objects that Kibana keeps in an index of their own from 8.8 on. */
const analytics = ['visualization', 'dashboard', 'index-pattern', 'search', 'lens', 'map', 'query'];

const isSplit = (version: Version) => isSince({ version }, 8, 8);

/** Returns the alias under which Kibana keeps saved objects of a type. */
export function aliasOf(version: Version, type: string): string {
  return isSplit(version) && analytics.includes(type) ? '.kibana_analytics' : '.kibana';
}

/** Returns the aliases that Kibana uses, each with the index that it stands for. */
export function kibanaAliases(version: Version): readonly (readonly [alias: string, index: string])[] {
  const names = isSplit(version)
    ? ['.kibana', '.kibana_analytics', '.kibana_task_manager']
    : ['.kibana', '.kibana_task_manager'];
  return names.map((alias) => [alias, isSince({ version }, 8) ? `${alias}_${version}_001` : `${alias}_1`]);
}
