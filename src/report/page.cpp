#include "report/page.hpp"

#include "report/plot.hpp"

namespace shipflow::report {

std::string page(std::string_view title, std::string_view body) {
  static constexpr std::string_view style =
      ":root{color-scheme:light dark;--ink:#24292f;--soft:#57606a;--paper:#fff;--card:#f6f8fa;--edge:#d0d7de;"
      "--link:#0969da}@media(prefers-color-scheme:dark){:root{--ink:#d0d7de;--soft:#8b949e;--paper:#0d1117;"
      "--card:#161b22;--edge:#30363d;--link:#58a6ff}}"
      "*{box-sizing:border-box}body{margin:0 auto;max-width:1040px;padding:24px 16px;background:var(--paper);"
      "color:var(--ink);font:15px/1.5 system-ui,sans-serif}h1{font-size:22px;margin:0 0 4px}"
      "h2{font-size:17px;margin:0}h3{font-size:14px;margin:16px 0 0}p{margin:4px 0 12px;color:var(--soft)}"
      "p.lead{color:var(--ink);font-size:16px}p.notes{color:var(--ink);white-space:pre-wrap;overflow-wrap:"
      "anywhere}"
      "a{color:var(--link)}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}"
      "section{background:var(--card);border:1px solid "
      "var(--edge);border-radius:8px;padding:16px;margin:16px 0}"
      ".tiles{display:flex;flex-wrap:wrap;gap:10px;margin:12px 0}"
      ".tile{border:1px solid var(--edge);border-radius:8px;padding:8px "
      "14px;background:var(--card);color:var(--soft);"
      "font-size:13px}.tile b{display:block;font-size:19px;color:var(--ink)}"
      ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px;margin-top:8px}"
      "td,th{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-top:1px solid var(--edge)}"
      "td{overflow-wrap:break-word;min-width:3em}td.text{white-space:pre-wrap}table.facts "
      "td{overflow-wrap:anywhere}"
      "table.facts th{width:11em}tr.group th{padding-top:12px;color:var(--soft)}"
      "td.number,th.number{text-align:right}td.when{white-space:nowrap}"
      ".tag{display:inline-block;border-radius:10px;padding:0 8px;font-size:12px;font-weight:600;color:#fff;"
      "white-space:nowrap;vertical-align:middle}"
      ".tag.good{background:#1a7f37}.tag.bad{background:#cf222e}.tag.warn{background:#9a6700}"
      ".tag.calm{background:#57606a}.tag.blind{background:#6e7781}"
      "@media print{body{max-width:none;padding:0;font-size:12px}section{border:0;padding:0;background:none}"
      "tr,svg,.tile{break-inside:avoid}h2,h3,thead{break-after:avoid}.scroll{overflow:visible}"
      ".sf-plot{min-width:0}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\"><title>" +
         escaped(title) + "</title><style>" + std::string(plot_style()) + std::string(style) +
         "</style></head><body>\n" + std::string(body) + "\n</body></html>\n";
}

}  // namespace shipflow::report
