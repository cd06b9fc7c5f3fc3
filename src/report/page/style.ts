/** The style of every page: light and dark, printable, without anything from elsewhere. */
export const style = `
:root { color-scheme: light dark; --back: #ffffff; --panel: #f5f7fa; --text: #1a1c21; --soft: #535966; --line: #c9cfd9;
  --link: #0b5cad; --read: #0b5cad; --write: #8a3ffc; --good: #0a6b45; --bad: #b3261e; --warn: #8a5300; --blank: #7a3e00;
  --mark: #fff3bf; }
@media (prefers-color-scheme: dark) {
  :root { --back: #14161b; --panel: #1e2128; --text: #e6e9ef; --soft: #adb4c0; --line: #3f4653; --link: #7cb8ff;
    --read: #7cb8ff; --write: #c9a7ff; --good: #6fd6a7; --bad: #ff8f87; --warn: #f2bd66; --blank: #ffc98a; --mark: #4d4312; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem 1.25rem 4rem; max-width: 75rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.25rem; }
h3 { font-size: 1rem; margin: 1rem 0 0.25rem; }
a { color: var(--link); }
code, pre, .mono { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; font-size: 0.875rem; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 0.6rem 0.75rem; margin: 0.5rem 0;
  white-space: pre-wrap; max-height: 40rem; overflow: auto; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; background: var(--back); padding: 0.5rem; z-index: 1; }
.state { font-size: 1.05rem; font-weight: 600; border-left: 0.4rem solid var(--soft); padding: 0.4rem 0.75rem; background: var(--panel);
  overflow-wrap: anywhere; }
header section h2 { font-size: 1rem; border: 0; margin: 0.75rem 0 0; padding: 0; }
.iteration { border-left: 0.3rem solid var(--bad); padding-left: 0.75rem; margin: 0.75rem 0; scroll-margin-top: 8rem; }
.iteration h3 { margin-top: 0; }
tr { scroll-margin-top: 8rem; }
.state.good { border-color: var(--good); }
.state.bad { border-color: var(--bad); }
.state.warn { border-color: var(--warn); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; font-size: 0.925rem; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { background: var(--panel); }
.filters { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; align-items: end; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; padding: 0.75rem; position: sticky; top: 0; z-index: 1; }
.filters label { display: block; }
.filters fieldset { border: 0; padding: 0; margin: 0; display: flex; gap: 0.75rem; }
.filters legend { float: left; margin-right: 0.75rem; padding: 0; }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--soft); border-radius: 4px;
  padding: 0.25rem 0.5rem; }
input[type='search'] { width: 18rem; max-width: 100%; display: block; }
select { display: block; }
.step, .block { margin: 0.35rem 0; scroll-margin-top: 8rem; }
[data-depth='1'] { margin-left: 1.25rem; } [data-depth='2'] { margin-left: 2.5rem; } [data-depth='3'] { margin-left: 3.75rem; }
[data-depth='4'] { margin-left: 5rem; } [data-depth='5'] { margin-left: 6.25rem; } [data-depth='6'] { margin-left: 7.5rem; }
.step > details { border: 1px solid var(--line); border-left: 0.3rem solid var(--read); border-radius: 4px; }
.step.write > details { border-left-color: var(--write); }
.step > details > summary { padding: 0.35rem 0.75rem; cursor: pointer; overflow-wrap: anywhere; }
.step > details > div { padding: 0.25rem 0.75rem 0.75rem; }
.block { font-weight: 600; padding-top: 0.5rem; overflow-wrap: anywhere; }
.number { font-variant-numeric: tabular-nums; color: var(--soft); }
.tag { font-size: 0.8rem; font-weight: 600; border: 1px solid currentColor; border-radius: 3px; padding: 0 0.35rem; white-space: nowrap; }
.tag.write { color: var(--write); } .tag.read { color: var(--read); } .tag.disruptive { color: var(--bad); } .tag.soft { color: var(--soft); }
.mark { font-weight: 700; white-space: pre; } td.count { text-align: right; font-variant-numeric: tabular-nums; } table.writes :is(th, td):nth-child(-n + 2) { white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .soft { color: var(--soft); font-weight: 400; }
.state.good, .state.bad, .state.warn { color: var(--text); }
.blank { color: var(--blank); font-weight: 600; }
ul { margin: 0.25rem 0; padding-left: 1.25rem; }
.graph { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; padding: 0.5rem; }
svg { display: block; }
svg text { font: 13px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--text); }
svg .soft { fill: var(--soft); } svg .bar.read { fill: var(--read); } svg .bar.write { fill: var(--write); } svg .bar.bad { fill: var(--bad); }
svg .box { fill: var(--panel); stroke: var(--line); } svg .arrow { fill: none; stroke: var(--soft); } svg .grid { stroke: var(--line); }
svg marker path { fill: var(--soft); }
[hidden] { display: none !important; }
@media (max-width: 45rem) { .filters { position: static; } dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; }
  [data-depth] { margin-left: 0; } .graph { overflow-x: scroll; } }
@media print {
  :root { --back: #ffffff; --panel: #ffffff; --text: #000000; --soft: #444444; --line: #999999; --link: #000000; --read: #000000;
    --write: #000000; --good: #000000; --bad: #000000; --warn: #000000; --blank: #000000; }
  .filters, .skip { display: none; }
  body { max-width: none; padding: 0; font-size: 0.85rem; }
  details::details-content { content-visibility: visible; display: block; }
  pre { max-height: none; overflow: visible; }
  .step { break-inside: avoid-page; }
}
`;
