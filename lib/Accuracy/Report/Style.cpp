//===- Style.cpp - How a report looks -------------------------------------===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
//
//===----------------------------------------------------------------------===//
//
// Colours are Okabe and Ito's, which differ for every kind of colour vision; the
// error classes run from blue over ochre to dark red and differ in lightness too.
//
//===----------------------------------------------------------------------===//

#include "Html.h"

const llvm::StringLiteral quantc::report::styleSheet = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f5f6f8; --line: #d5d9e0; --text: #1c2230;
  --soft: #596273; --accent: #0b5cad; --grid: #e2e5ea;
  --b0: #2676b8; --b1: #7db4dc; --b2: #c8a22c; --b3: #dd7a1c; --b4: #a3201d;
  --none: #a4abb8; --clipping: #d55e00; --rounding: #0072b2; --weight: #e69f00;
  --bias: #009e73; --rewrite: #cc79a7;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171d; --panel: #1d222b; --line: #39414f; --text: #e6e9ef;
    --soft: #a3acbb; --accent: #7db8f0; --grid: #2b323d;
    --b0: #3d8fd1; --b1: #8cc0e6; --b2: #d9b84a; --b3: #ee9440; --b4: #f0625d;
    --none: #6d7686; --rounding: #3b9fda;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
        "Noto Sans", "DejaVu Sans", sans-serif;
}
main, header, footer { max-width: 76rem; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2.5rem); }
header { padding-top: 2rem; }
section { margin-top: 2.75rem; }
h1 { font-size: clamp(1.35rem, 1rem + 1.6vw, 2rem); line-height: 1.2; margin: 0 0 .4rem;
     overflow-wrap: anywhere; font-weight: 650; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 0 0 .6rem; font-weight: 650; }
h3 { font-size: .95rem; margin: 0 0 .35rem; overflow-wrap: anywhere; font-weight: 600; }
p { margin: 0 0 .8rem; max-width: 46rem; }
.soft, figcaption, caption, .legend { color: var(--soft); }
header p { overflow-wrap: anywhere; }
code, pre { font: .88em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { overflow-wrap: anywhere; unicode-bidi: isolate; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px;
      padding: .8rem 1rem; margin: 0 0 .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.tiles { display: grid; gap: .75rem; margin: 1.4rem 0 0; padding: 0;
         grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr)); }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px;
        padding: .8rem 1rem; margin: 0; }
.tile dt { font-size: .85rem; color: var(--soft); }
.tile dd { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650;
           font-variant-numeric: tabular-nums; }
.tile dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--soft);
                 overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 0 0 1rem; }
.scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .92rem;
        font-variant-numeric: tabular-nums; }
caption { text-align: left; font-size: .85rem; padding-bottom: .3rem; }
th, td { padding: .38rem .7rem; border-bottom: 1px solid var(--line); text-align: right;
         white-space: nowrap; vertical-align: baseline; }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; }
th:first-child { text-align: left; padding-left: 0; }
tbody th { font-weight: 400; white-space: normal; min-width: 9rem; overflow-wrap: anywhere; }
td:last-child, thead th:last-child { padding-right: .2rem; }
.text { max-width: 56rem; }
.text td { white-space: normal; overflow-wrap: anywhere; }
.text tbody th { min-width: 6.5rem; }
details { margin: .4rem 0 1rem; }
summary { cursor: pointer; color: var(--accent); padding: .2rem 0; overflow-wrap: anywhere; }
figure { margin: 0; min-width: 0; }
svg { display: block; max-width: 100%; }
svg text { fill: var(--soft); font: 12px system-ui, "DejaVu Sans", sans-serif;
           font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); stroke-width: 1; }
.axis { stroke: var(--line); stroke-width: 1; }
.plot { display: flex; }
.plot svg { flex: 1; min-width: 0; }
.scale { position: relative; flex: none; width: 3.6rem; color: var(--soft); font-size: 12px;
         line-height: 1; font-variant-numeric: tabular-nums; }
.scale span { position: absolute; right: .5rem; transform: translateY(-50%); white-space: nowrap; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; padding: 0;
          margin: .5rem 0; font-size: .85rem; }
.swatch { display: inline-block; width: .8rem; height: .8rem; border-radius: 3px;
          margin-right: .4rem; vertical-align: -1px; }
.b0 { background: var(--b0); fill: var(--b0); } .b1 { background: var(--b1); fill: var(--b1); }
.b2 { background: var(--b2); fill: var(--b2); } .b3 { background: var(--b3); fill: var(--b3); }
.b4 { background: var(--b4); fill: var(--b4); }
.none { background: var(--none); fill: var(--none); }
.clipping { background: var(--clipping); fill: var(--clipping); }
.rounding { background: var(--rounding); fill: var(--rounding); }
.weight { background: var(--weight); fill: var(--weight); }
.bias { background: var(--bias); fill: var(--bias); }
.rewrite { background: var(--rewrite); fill: var(--rewrite); }
.bars { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.6fr) auto;
        gap: .3rem .8rem; align-items: center; font-size: .9rem; margin: 0 0 .6rem; }
.bars > * { min-width: 0; }
.bars .figure { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 40rem) {
  .bars { grid-template-columns: minmax(0, 1fr) auto; }
  .bars .name { grid-column: 1 / -1; margin-top: .4rem; }
}
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 21rem), 1fr)); }
.card { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; }
figcaption { font-size: .85rem; margin-top: .35rem; }
.range { stroke: var(--text); stroke-width: 1.5; stroke-dasharray: 4 3; }
.inside { fill: var(--rounding); } .outside { fill: var(--clipping); }
.graph { max-height: 85vh; overflow: auto; border: 1px solid var(--line); border-radius: 8px;
         background: var(--panel); display: flex; }
.graph svg { flex: none; max-width: none; }
.graph ol { list-style: none; margin: 0; padding: 8px 8px 8px 0; flex: 1; min-width: 0; }
.graph li { height: 26px; line-height: 26px; display: flex; gap: .6rem; font-size: .88rem; }
.graph li > * { flex: none; }
.graph .name { flex: 0 1 auto; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
               min-width: 3rem; color: var(--soft); }
.graph .op { font-weight: 600; }
.graph .db { margin-left: auto; padding-right: .4rem; font-variant-numeric: tabular-nums; }
.graph .tag { font-size: .78rem; border: 1px solid var(--line); border-radius: 4px; padding: 0 .35rem;
              height: 20px; line-height: 18px; margin-top: 3px; }
@media (max-width: 40rem) { .graph .tag { display: none; } }
.edge { fill: none; stroke: var(--none); stroke-width: 1.5; }
.node { stroke: var(--panel); stroke-width: 1.5; }
.hollow { fill: var(--panel); stroke: var(--none); stroke-width: 1.5; }
footer { padding-top: 2rem; padding-bottom: 3rem; font-size: .85rem; }
)css";
