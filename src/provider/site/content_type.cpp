#include "provider/site/content_type.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace shipflow::site {
namespace {

using row = std::pair<std::string_view, std::string_view>;

// Sorted by ending. Source: www.iana.org/assignments/media-types; text/javascript is RFC 9239.
constexpr std::array table{
    row{".7z", "application/x-7z-compressed"},
    row{".aac", "audio/aac"},
    row{".apng", "image/apng"},
    row{".atom", "application/atom+xml; charset=utf-8"},
    row{".avif", "image/avif"},
    row{".bmp", "image/bmp"},
    row{".bz2", "application/x-bzip2"},
    row{".css", "text/css; charset=utf-8"},
    row{".csv", "text/csv; charset=utf-8"},
    row{".doc", "application/msword"},
    row{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    row{".eot", "application/vnd.ms-fontobject"},
    row{".epub", "application/epub+zip"},
    row{".flac", "audio/flac"},
    row{".geojson", "application/geo+json"},
    row{".gif", "image/gif"},
    row{".glb", "model/gltf-binary"},
    row{".gltf", "model/gltf+json"},
    row{".gz", "application/gzip"},
    row{".htm", "text/html; charset=utf-8"},
    row{".html", "text/html; charset=utf-8"},
    row{".ico", "image/x-icon"},
    row{".ics", "text/calendar; charset=utf-8"},
    row{".jpeg", "image/jpeg"},
    row{".jpg", "image/jpeg"},
    row{".js", "text/javascript; charset=utf-8"},
    row{".json", "application/json"},
    row{".jsonld", "application/ld+json"},
    row{".jxl", "image/jxl"},
    row{".m3u8", "application/vnd.apple.mpegurl"},
    row{".m4a", "audio/mp4"},
    row{".map", "application/json"},
    row{".md", "text/markdown; charset=utf-8"},
    row{".mjs", "text/javascript; charset=utf-8"},
    row{".mov", "video/quicktime"},
    row{".mp3", "audio/mpeg"},
    row{".mp4", "video/mp4"},
    row{".mpd", "application/dash+xml"},
    row{".oga", "audio/ogg"},
    row{".ogg", "audio/ogg"},
    row{".ogv", "video/ogg"},
    row{".otf", "font/otf"},
    row{".pdf", "application/pdf"},
    row{".png", "image/png"},
    row{".ppt", "application/vnd.ms-powerpoint"},
    row{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    row{".rss", "application/rss+xml; charset=utf-8"},
    row{".svg", "image/svg+xml"},
    row{".tar", "application/x-tar"},
    row{".tif", "image/tiff"},
    row{".tiff", "image/tiff"},
    row{".ts", "video/mp2t"},
    row{".ttf", "font/ttf"},
    row{".txt", "text/plain; charset=utf-8"},
    row{".vtt", "text/vtt; charset=utf-8"},
    row{".wasm", "application/wasm"},
    row{".wav", "audio/wav"},
    row{".weba", "audio/webm"},
    row{".webm", "video/webm"},
    row{".webmanifest", "application/manifest+json"},
    row{".webp", "image/webp"},
    row{".woff", "font/woff"},
    row{".woff2", "font/woff2"},
    row{".xhtml", "application/xhtml+xml"},
    row{".xls", "application/vnd.ms-excel"},
    row{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    row{".xml", "application/xml"},
    row{".yaml", "application/yaml"},
    row{".yml", "application/yaml"},
    row{".zip", "application/zip"},
    row{".zst", "application/zstd"},
};
static_assert(std::is_sorted(table.begin(), table.end()));

std::string_view file_of(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string ending_of(std::string_view name) {
  const auto file = file_of(name);
  const auto dot = file.rfind('.');
  // A name that begins with its only dot has no ending.
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string out(file.substr(dot));
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

std::string_view content_encoding(std::string_view name) {
  const auto outer = ending_of(name);
  if (outer != ".br" && outer != ".gz") return {};
  // An archive is downloaded as it is.
  const auto inner = ending_of(name.substr(0, name.size() - outer.size()));
  if (inner.empty() || inner == ".tar") return {};
  return outer == ".br" ? "br" : "gzip";
}

std::string content_type(std::string_view name, const std::map<std::string, std::string>& own) {
  if (!content_encoding(name).empty()) name = name.substr(0, name.rfind('.'));
  const auto ending = ending_of(name);
  if (const auto mine = own.find(ending); mine != own.end()) return mine->second;
  const auto at = std::lower_bound(table.begin(), table.end(), ending,
                                   [](const row& r, const std::string& e) { return r.first < e; });
  if (at != table.end() && at->first == ending) return std::string(at->second);
  return "application/octet-stream";
}

}  // namespace shipflow::site
