/* SPDX-License-Identifier: MIT-0 */
/* nnc-lsp, which `nnc lsp` becomes: a language server over standard input and output (LSP 3.17). */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/answers.h"
#include "server/document.h"

/* Of JSON-RPC and of LSP. */
enum { PARSE_ERROR = -32700, INVALID_REQUEST = -32600, METHOD_NOT_FOUND = -32601, REQUEST_FAILED = -32803,
       NOT_INITIALIZED = -32002 };
/* A message that is larger is no message. */
enum { LARGEST = 64 << 20 };

typedef struct Server {
    Document *documents;
    bool initialized, shut_down;
} Server;

/* Messages ------------------------------------------------------------------------------------------------------- */

/* The next message; NULL at the end of the input. */
static char *read_message(size_t *length) {
    char line[1024];
    *length = 0;
    while (fgets(line, sizeof line, stdin)) {
        if (!strncmp(line, "Content-Length:", 15)) *length = (size_t)strtoul(line + 15, NULL, 10);
        if (strcmp(line, "\r\n") != 0 && strcmp(line, "\n") != 0) continue;
        if (*length == 0) continue;
        char *const text = *length <= LARGEST ? malloc(*length + 1) : NULL;
        if (!text || fread(text, 1, *length, stdin) != *length) {
            free(text);
            return NULL;
        }
        text[*length] = '\0';
        return text;
    }
    return NULL;
}

static void send_message(json_t *message) {
    char *const text = json_dumps(message, JSON_COMPACT);
    if (text) printf("Content-Length: %zu\r\n\r\n%s", strlen(text), text);
    fflush(stdout);
    free(text);
    json_decref(message);
}

static void reply(const json_t *id, json_t *result) {
    send_message(json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id, "result", result ? result : json_null()));
}

static void reply_error(const json_t *id, int code, const char *message) {
    json_t *const copy = id ? json_incref((json_t *)(uintptr_t)id) : json_null();
    send_message(json_pack("{s:s, s:o, s:{s:i, s:s}}", "jsonrpc", "2.0", "id", copy, "error", "code", code, "message",
                           message));
}

/* Documents ------------------------------------------------------------------------------------------------------ */

static Document *find_document(const Server *server, const char *uri) {
    Document *document = server->documents;
    while (document && (!uri || strcmp(document->uri, uri) != 0)) document = document->next;
    return document;
}

static const json_t *text_document(const json_t *params) { return json_object_get(params, "textDocument"); }

static Document *document_of(const Server *server, const json_t *params) {
    return find_document(server, json_string_value(json_object_get(text_document(params), "uri")));
}

static void publish(Document *document) {
    send_message(json_pack("{s:s, s:s, s:o}", "jsonrpc", "2.0", "method", "textDocument/publishDiagnostics", "params",
                           answer_diagnostics(document)));
}

static void close_document(Server *server, Document *document) {
    for (Document **at = &server->documents; *at; at = &(*at)->next)
        if (*at == document) {
            *at = document->next;
            document_free(document);
            return;
        }
}

static void did_open(Server *server, const json_t *params) {
    const json_t *const opened = text_document(params);
    const char *const uri = json_string_value(json_object_get(opened, "uri"));
    const char *const text = json_string_value(json_object_get(opened, "text"));
    if (!uri || !text) return;
    close_document(server, find_document(server, uri));
    Document *const document = document_new(uri, text, json_integer_value(json_object_get(opened, "version")));
    document->next = server->documents;
    server->documents = document;
    publish(document);
}

static void did_change(Server *server, const json_t *params) {
    Document *const document = document_of(server, params);
    if (!document) return;
    size_t i;
    json_t *change;
    json_array_foreach(json_object_get(params, "contentChanges"), i, change) {
        const char *const text = json_string_value(json_object_get(change, "text"));
        if (text) document_change(document, json_object_get(change, "range"), text);
    }
    document->version = json_integer_value(json_object_get(text_document(params), "version"));
    publish(document);
}

static void did_close(Server *server, const json_t *params) {
    Document *const document = document_of(server, params);
    if (!document) return;
    send_message(json_pack("{s:s, s:s, s:{s:s, s:[]}}", "jsonrpc", "2.0", "method", "textDocument/publishDiagnostics",
                           "params", "uri", document->uri, "diagnostics"));
    close_document(server, document);
}

/* Requests ------------------------------------------------------------------------------------------------------- */

static json_t *initialize(Server *server, const json_t *params) {
    const json_t *const client = json_object_get(params, "capabilities");
    const json_t *const general = json_object_get(client, "general");
    const json_t *const completion = json_object_get(json_object_get(client, "textDocument"), "completion");
    const json_t *const item = json_object_get(completion, "completionItem");
    size_t i;
    json_t *encoding;
    json_array_foreach(json_object_get(general, "positionEncodings"), i, encoding)
        if (json_is_string(encoding) && !strcmp(json_string_value(encoding), "utf-8"))
            document_columns_are_bytes = true;
    completion_has_snippets = json_is_true(json_object_get(item, "snippetSupport"));
    server->initialized = true;
    json_t *const capabilities =
        json_pack("{s:s, s:{s:b, s:i, s:b}, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:{s:b}, s:{s:[s,s,s,s,s]}, "
                  "s:{s:[s,s]}}",
                  "positionEncoding", document_columns_are_bytes ? "utf-8" : "utf-16", "textDocumentSync", "openClose",
                  1, "change", 2, "save", 0, "hoverProvider", 1, "definitionProvider", 1, "referencesProvider", 1,
                  "documentSymbolProvider", 1, "codeActionProvider", 1, "inlayHintProvider", 1,
                  "documentFormattingProvider", 1, "workspaceSymbolProvider", 0, "renameProvider", "prepareProvider", 1,
                  "completionProvider", "triggerCharacters", "(", ",", "=", "'", "/", "signatureHelpProvider",
                  "triggerCharacters", "(", ",");
    return json_pack("{s:o, s:{s:s, s:s}}", "capabilities", capabilities, "serverInfo", "name", "nnc", "version",
                     NNC_VERSION);
}

typedef struct Request {
    Document *document;
    const json_t *params;
    int offset; /* of its position */
    Span range; /* of its range */
    const char *error; /* after a request that failed */
} Request;

static json_t *on_completion(Request *request) { return answer_completion(request->document, request->offset); }
static json_t *on_hover(Request *request) { return answer_hover(request->document, request->offset); }
static json_t *on_signature(Request *request) { return answer_signature(request->document, request->offset); }
static json_t *on_definition(Request *request) { return answer_definition(request->document, request->offset); }
static json_t *on_references(Request *request) {
    const json_t *const context = json_object_get(request->params, "context");
    return answer_references(request->document, request->offset,
                             json_is_true(json_object_get(context, "includeDeclaration")));
}
static json_t *on_prepare_rename(Request *request) {
    json_t *const range = answer_prepare_rename(request->document, request->offset);
    return range ? range : json_null();
}
static json_t *on_rename(Request *request) {
    const char *const name = json_string_value(json_object_get(request->params, "newName"));
    return answer_rename(request->document, request->offset, name ? name : "", &request->error);
}
static json_t *on_symbols(Request *request) { return answer_symbols(request->document); }
static json_t *on_actions(Request *request) { return answer_actions(request->document, request->range); }
static json_t *on_hints(Request *request) { return answer_hints(request->document, request->range); }
static json_t *on_formatting(Request *request) { return answer_formatting(request->document); }

static const struct {
    const char *method;
    json_t *(*answer)(Request *);
} requests[] = {
    {"textDocument/completion", on_completion},   {"textDocument/hover", on_hover},
    {"textDocument/signatureHelp", on_signature}, {"textDocument/definition", on_definition},
    {"textDocument/references", on_references},   {"textDocument/prepareRename", on_prepare_rename},
    {"textDocument/rename", on_rename},           {"textDocument/documentSymbol", on_symbols},
    {"textDocument/codeAction", on_actions},      {"textDocument/inlayHint", on_hints},
    {"textDocument/formatting", on_formatting},
};

static const struct {
    const char *method;
    void (*take)(Server *, const json_t *params);
} notifications[] = {{"textDocument/didOpen", did_open},
                     {"textDocument/didChange", did_change},
                     {"textDocument/didClose", did_close}};

/* The result of a request; after an error NULL, its code and its message. */
static json_t *answer(Server *server, const char *method, const json_t *params, int *code, const char **error) {
    *code = !server->initialized ? NOT_INITIALIZED : server->shut_down ? INVALID_REQUEST : 0;
    *error = !server->initialized ? "initialize comes first" : "the server is shut down";
    if (!strcmp(method, "initialize") && *code != INVALID_REQUEST) return *code = 0, initialize(server, params);
    if (*code) return NULL;
    if (!strcmp(method, "shutdown")) return server->shut_down = true, json_null();
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (strcmp(requests[i].method, method) != 0) continue;
        Request request = {.document = document_of(server, params), .params = params};
        *error = "the document is not open";
        if (!request.document) return *code = REQUEST_FAILED, NULL;
        const json_t *const range = json_object_get(params, "range");
        request.offset = document_offset(request.document, json_object_get(params, "position"));
        request.range = (Span){document_offset(request.document, json_object_get(range, "start")),
                               document_offset(request.document, json_object_get(range, "end"))};
        json_t *const result = requests[i].answer(&request);
        *error = request.error;
        *code = request.error ? REQUEST_FAILED : 0;
        return result;
    }
    *error = method;
    return *code = METHOD_NOT_FOUND, NULL;
}

static void on_request(Server *server, const json_t *id, const char *method, const json_t *params) {
    int code;
    const char *error;
    json_t *const result = answer(server, method, params, &code, &error);
    if (code) reply_error(id, code, error);
    else reply(id, result);
}

static void on_notification(Server *server, const char *method, const json_t *params) {
    for (size_t i = 0; server->initialized && i < sizeof notifications / sizeof *notifications; i++)
        if (!strcmp(notifications[i].method, method)) notifications[i].take(server, params);
}

int main(void) {
    Server server = {0};
    size_t length;
    bool leave = false;
    for (char *text; !leave && (text = read_message(&length));) {
        json_t *const message = json_loadb(text, length, 0, NULL);
        free(text);
        const char *const method = json_string_value(json_object_get(message, "method"));
        const json_t *const id = json_object_get(message, "id"), *const params = json_object_get(message, "params");
        if (!message) reply_error(NULL, PARSE_ERROR, "the message is no JSON");
        else if (method && id) on_request(&server, id, method, params);
        else if (method && !strcmp(method, "exit")) leave = true;
        else if (method) on_notification(&server, method, params);
        json_decref(message);
    }
    while (server.documents) close_document(&server, server.documents);
    return leave && !server.shut_down; /* as the protocol has it */
}
