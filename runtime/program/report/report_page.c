/* SPDX-License-Identifier: MIT-0 */
/* report_page.c - the fixed text of a report: its head with the style, and words that explain. Nothing here
 * computes. */
#include "host/host.h"
#include "report/report.h"

#include <string.h>

/* One line each, for a string literal may portably have 4095 characters at most. */
static const char *const nnc_page_style[] = {
    ":root{--paper:#fffff8;--ink:#161616;--soft:#6b6b66;--faint:#d9d9d0;--train:#8a8a84;--valid:#a3122b;--tint:163,18,"
    "43;",
    "--good:31,95,139;--c0:#1f5f8b;--c1:#c2571a;--c2:#2e7d5b;--c3:#8e3b87;--c4:#9a7b00;--c5:#3d3d8f;--c6:#b03a5b;--c7:#"
    "5b6b3a}",
    "@media "
    "(prefers-color-scheme:dark){:root{--paper:#151515;--ink:#e4e2da;--soft:#9b9990;--faint:#3a3a37;--train:#8f8d86;",
    "--valid:#f2788a;--tint:242,120,138;--good:108,176,222;--c0:#6cb0de;--c1:#f0975a;--c2:#6cc39b;--c3:#cf8fd0;--c4:#"
    "d6b94a;",
    "--c5:#9a9af0;--c6:#ee8aa8;--c7:#a9bd7c}}",
    "*{box-sizing:border-box}html{background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%}",
    "body{margin:0 auto;padding:3rem 1.5rem 4rem;max-width:62rem;font:1.0625rem/1.5 'ET Book',Palatino,'Palatino "
    "Linotype',",
    "'URW Palladio L','P052',Georgia,serif}",
    "h1{font-weight:400;font-size:2.2rem;line-height:1.15;margin:0 0 .4rem}",
    "h2{font-weight:400;font-style:italic;font-size:1.4rem;margin:3rem 0 .6rem}",
    "p{margin:.3rem 0 "
    ".9rem;max-width:40rem}.lede{font-size:1.2rem;margin-bottom:1.2rem}.note,figcaption{color:var(--soft)}",
    ".note{font-size:.95rem}figure{margin:0;min-width:0}figcaption{font-size:.95rem;line-height:1.4;max-width:26rem}",
    "figcaption b{color:var(--ink);font-weight:400;font-style:italic;font-size:1.1rem;display:block}",
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr));gap:2rem 2.5rem}",
    ".figures>figure:only-child{max-width:36rem}",
    "svg{display:block;width:100%;height:auto;overflow:visible;font-size:13px;font-variant-numeric:lining-nums "
    "tabular-nums}",
    "svg "
    "text{fill:var(--soft)}.axis{stroke:var(--soft);stroke-width:.75;fill:none}.t,.v{fill:none;stroke-linejoin:round}",
    ".t{stroke:var(--train);stroke-width:1.25}.v{stroke:var(--valid);stroke-width:1.75}.band{stroke-width:1;stroke-"
    "opacity:.28}svg text.tl{fill:var(--train)}",
    "svg text.vl{fill:var(--valid)}.td{fill:var(--train)}.vd{fill:var(--valid)}.guide{stroke:var(--faint);fill:none}",
    ".p{fill:var(--valid);fill-opacity:.45}.area{fill-opacity:.1;stroke:none}.edge{fill:none;stroke:var(--ink);stroke-"
    "width:1}",
    ".fit{fill:none;stroke:var(--ink);stroke-width:1.25}.hollow{fill:var(--paper);fill-opacity:.6;stroke-width:1.4}",
    ".f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}",
    ".f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}",
    ".s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}",
    ".s4{stroke:var(--c4)}.s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}",
    ".wide{overflow-x:auto}table{border-collapse:collapse;font-size:.95rem;line-height:1.3;",
    "font-variant-numeric:lining-nums tabular-nums}caption{text-align:left;color:var(--soft);padding-bottom:.4rem}",
    "th{font-weight:400;color:var(--soft);text-align:right}td{text-align:right}th,td{padding:.2rem .6rem}",
    "tbody th,th.l,td.l{text-align:left}thead th{border-bottom:1px solid var(--faint)}td.v{color:var(--valid)}",
    ".confusion td,.confusion th{padding:.25rem .5rem;min-width:2.6rem}.confusion "
    "td.d{background:rgba(var(--good),var(--a))}",
    ".confusion td.e{background:rgba(var(--tint),var(--a))}.confusion td.z{color:var(--faint)}.confusion "
    ".r{padding-left:1.2rem}",
    ".settings th{text-align:left;vertical-align:top;padding-left:0;white-space:nowrap}.settings td{text-align:left}",
    "pre{font:.8rem/1.45 ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;overflow-x:auto;margin:.5rem 0 1rem}",
    "details{margin:1rem 0}summary{cursor:pointer;color:var(--soft)}",
    ".pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.5rem,1fr));gap:1rem;max-width:46rem;"
    "padding:0;margin:0}",
    ".pictures li{list-style:none;font-size:.85rem;line-height:1.3;color:var(--soft)}.pictures "
    "img{display:block;width:4.5rem;",
    "image-rendering:pixelated;background:#000;margin-bottom:.3rem}",
    "footer{margin-top:4rem;color:var(--soft);font-size:.85rem}",
    "@media print{body{max-width:none;padding:0}details>*{display:block}}",
};

NNC_API void nnc_page_begin(nnc_writer *page, const char *title) {
    nnc_page_put(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'; img-src data:\">\n<title>");
    nnc_page_text(page, title);
    nnc_page_put(page, "</title>\n<style>\n");
    for (size_t i = 0; i < sizeof nnc_page_style / sizeof nnc_page_style[0]; i++) {
        nnc_page_put(page, "%s\n", nnc_page_style[i]);
    }
    nnc_page_put(page, "</style>\n</head>\n<body>\n<main>\n");
}

NNC_API void nnc_page_end(nnc_writer *page) {
    nnc_page_put(page, "</main>\n<footer>Written by a program that nnc made. This page stands alone: it loads nothing."
                       "</footer>\n</body>\n</html>\n");
}

NNC_API void nnc_page_put(nnc_writer *page, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0) {
        nnc_writer_write(page, text, (size_t)size < sizeof text ? (size_t)size : sizeof text - 1);
    }
}

/* How long a well-formed character of UTF-8 is; 0 where there is none. */
static size_t nnc_utf8_size(const unsigned char *at) {
    size_t size = at[0] < 0x80                    ? 1
                  : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                  : (at[0] & 0xf0) == 0xe0        ? 3
                  : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                  : 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    int is_wrong = size == 3   ? (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0)
                   : size == 4 ? (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90)
                               : 0;
    return is_wrong ? 0 : size;
}

NNC_API void nnc_page_text(nnc_writer *page, const char *text) { nnc_page_piece(page, text, strlen(text)); }

NNC_API void nnc_page_piece(void *to, const char *text, size_t length) {
    nnc_writer *const page = to;
    const unsigned char *at = (const unsigned char *)text, *const end = at + length;
    while (at < end) {
        size_t size = nnc_utf8_size(at);
        const char *entity = *at == '&'    ? "&amp;"
                             : *at == '<'  ? "&lt;"
                             : *at == '>'  ? "&gt;"
                             : *at == '"'  ? "&quot;"
                             : *at == '\'' ? "&#39;"
                                           : NULL;
        if (entity != NULL) {
            nnc_page_put(page, "%s", entity);
        } else if (size == 0 || (*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f) {
            nnc_page_put(page, "\xef\xbf\xbd"); /* U+FFFD: what is no text */
        } else {
            nnc_writer_write(page, at, size);
        }
        at += size > 0 ? size : 1;
    }
}
