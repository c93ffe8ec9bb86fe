#include "report/page.hpp"

#include "report/plot.hpp"

namespace shipflow::report {

std::string page(std::string_view title, std::string_view body) {
  static constexpr std::string_view style =
      ":root{color-scheme:light dark;--ink:#24292f;--soft:#57606a;--paper:#fff;--card:#f6f8fa;--edge:#d0d7de}"
      "@media(prefers-color-scheme:dark){:root{--ink:#d0d7de;--soft:#8b949e;--paper:#0d1117;--card:#161b22;"
      "--edge:#30363d}}"
      "*{box-sizing:border-box}body{margin:0 auto;max-width:960px;padding:24px 16px;background:var(--paper);"
      "color:var(--ink);font:15px/1.5 system-ui,sans-serif}h1{font-size:22px;margin:0 0 4px}"
      "h2{font-size:17px;margin:0}p{margin:4px 0 12px;color:var(--soft)}code{font:13px "
      "ui-monospace,monospace;"
      "overflow-wrap:anywhere}"
      "section{background:var(--card);border:1px solid "
      "var(--edge);border-radius:8px;padding:16px;margin:16px 0}"
      ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px;margin-top:8px}"
      "td,th{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-top:1px solid var(--edge)}"
      "td.number,th.number{text-align:right}td.when{white-space:nowrap}"
      ".tag{display:inline-block;border-radius:10px;padding:0 8px;font-size:12px;font-weight:600;color:#fff}"
      ".tag.good{background:#1a7f37}.tag.bad{background:#cf222e}.tag.warn{background:#9a6700}"
      ".tag.calm{background:#57606a}.tag.blind{background:#6e7781}";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width,initial-scale=1\"><title>" +
         escaped(title) + "</title><style>" + std::string(style) + "</style></head><body>\n" +
         std::string(body) + "\n</body></html>\n";
}

}  // namespace shipflow::report
