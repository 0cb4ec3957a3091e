// The looks of the page for people. In the page itself, because it has to work where nothing else is served.
// Used by html.cc. Must not know: what is on the page.
#pragma once

#include <string_view>

namespace ringfence::observe {

inline constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--back:#f4f6f8;--paper:#fff;--ink:#1b2329;--soft:#5a6772;--line:#e1e6ea;
--taken:#1c7c54;--again:#a86a00;--no:#b23a2e;--bar:#3a6ea5;--groove:#e8edf1}
@media(prefers-color-scheme:dark){:root{--back:#12171c;--paper:#1a2128;--ink:#e3e8ec;--soft:#97a4af;--line:#2b343d;
--taken:#5cc896;--again:#e0a84a;--no:#ee8274;--bar:#7fb0e3;--groove:#2a333c}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.25rem;max-width:72rem;background:var(--back);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{margin:0;font-size:1.7rem;letter-spacing:-.01em}
h2{margin:0;font-size:1.15rem}
h3{margin:1.25rem 0 .25rem;font-size:.95rem}
p{margin:.25rem 0}
.soft,footer{color:var(--soft)}
section,.tiles>div,.look{background:var(--paper);border:1px solid var(--line);border-radius:10px}
section{margin:1.25rem 0;padding:1.25rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem;margin:1.5rem 0 1.25rem}
.tiles>div{padding:.9rem 1.1rem;box-shadow:inset 0 3px var(--bar);overflow:hidden}
.tiles dt{color:var(--soft)}
.tiles dd{margin:0;font-size:1.7rem;font-weight:600;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles dd small{font-size:.9rem;font-weight:400;color:var(--soft)}
.tiles .taken{box-shadow:inset 0 3px var(--taken)}
.tiles .again{box-shadow:inset 0 3px var(--again)}
.tiles .no{box-shadow:inset 0 3px var(--no)}
.look{padding:.9rem 1.25rem;box-shadow:inset 3px 0 var(--again)}
.look.well{box-shadow:inset 3px 0 var(--taken)}
.look ul{margin:.25rem 0 0;padding-left:1.2rem}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;margin-top:.75rem}
th,td{padding:.5rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
th:first-child,td:first-child{padding-left:0}
thead th{border-top:0;padding-top:0;color:var(--soft);font-weight:500;font-size:.85rem;white-space:nowrap}
tbody th{font-weight:600;white-space:nowrap}
tbody tr:last-child>*{padding-bottom:.9rem}
tbody th::before{content:"";display:inline-block;width:.55rem;height:.55rem;margin-right:.5rem;border-radius:50%;
background:var(--bar)}
.taken th::before{background:var(--taken)}
.again th::before{background:var(--again)}
.no th::before{background:var(--no)}
.results{table-layout:fixed;min-width:50rem}
.results thead th:first-child{width:12.5rem}
.results thead .num{width:6rem}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.bar{display:block;min-width:9rem;height:.5rem;margin:.45rem 0 .2rem;border-radius:4px;background:var(--groove);
overflow:hidden}
.bar span{display:block;height:100%;background:var(--bar)}
summary{margin-top:.75rem;color:var(--soft);cursor:pointer}
details table{width:auto}
code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.93em}
)";

}  // namespace ringfence::observe
