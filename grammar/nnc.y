/* SPDX-License-Identifier: MIT-0 */
/* The grammar. It builds trees and looks nothing up; each action is one call. Tokens come through frontend/brackets.c:
 * brackets always balance, an error within brackets ends where they close, and SYNC comes where a new item or layer
 * begins after an error outside of them. So every `error` below has one token at which it ends. */
%require "3.8"
%define api.pure full
%define api.prefix {nnc_}
%define api.token.prefix {T_}
%define api.location.type {Span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {Parse *parse}

%code requires {
#include "frontend/parse_state.h"
}

%code provides {
/** Raw tokens from the scanner, repaired. (brackets.c) */
int nnc_lex(NNC_STYPE *value, Span *span, Parse *parse);
}

%code {
#define YYLLOC_DEFAULT(whole, parts, count)                                                                            \
    do {                                                                                                               \
        if (count) {                                                                                                   \
            (whole).lo = YYRHSLOC(parts, 1).lo;                                                                        \
            (whole).hi = YYRHSLOC(parts, count).hi;                                                                    \
        } else {                                                                                                       \
            (whole).lo = (whole).hi = YYRHSLOC(parts, 0).hi;                                                           \
        }                                                                                                              \
    } while (0)

static void nnc_error(const Span *span, Parse *parse, const char *message);
}

%initial-action { @$ = (Span){0, 0}; }

%union {
    Word word;
    Ast *ast;
    AstList *list;
    AstArgs *args;
    AstPairs *pairs;
}

%token START_FILE START_EXPRESSION /* never written: what is to be parsed */
%token SYNC                        /* never written: the end of an error */
%token STRAY                       /* what is no token, and has been reported */
%token YYEOF 0 "the end of the file"
%token <word> NAME "a name"
%token <word> MODEL "'model'" COMPILE "'compile'" FIT "'fit'" EVALUATE "'evaluate'"
%token <word> TRUE "'True'" FALSE "'False'" NONE "'None'"
%token <word> FLOOR_DIVIDE "'//'" POWER "'**'"
%token <ast> NUMBER "a number" STRING "a string"

%left '+' '-'
%left '*' '/' FLOOR_DIVIDE
%precedence NEGATION
%right POWER

%nterm <word> word dotted statement
%nterm <ast> call layer expression atom
%nterm <list> layers items
%nterm <args> arguments argument_list
%nterm <pairs> pairs

%%

start:
    START_FILE file
|   START_EXPRESSION expression             { parse->expression = $expression; }
;

file:
    %empty
|   file item
;

item:
    MODEL NAME '{' layers '}'               { file_add_model(parse, $NAME, $layers); }
|   NAME '=' expression                     { file_add_constant(parse, $NAME, $expression); }
|   statement '(' arguments ')'             { file_add_statement(parse, $statement, $arguments, @$); }
|   statement '(' error ')'                 { file_add_error(parse); yyerrok; }
|   MODEL error '{' layers '}'              { file_add_model(parse, (Word){NULL, @2}, $layers); }
|   MODEL error SYNC                        { file_add_error(parse); yyerrok; }
|   error SYNC                              { file_add_error(parse); yyerrok; }
;

statement: COMPILE | FIT | EVALUATE;

layers:
    %empty                                  { $$ = ast_list_add(parse, NULL, NULL); }
|   layers[list] layer separator            { $$ = ast_list_add(parse, $list, $layer); }
;

layer:
    call
|   error SYNC                              { $$ = ast_new(parse, AST_ERROR, @$); yyerrok; }
;

separator: %empty | ',' | ';';

call:
    dotted '(' arguments ')'                { $$ = ast_call(parse, $dotted, $arguments, @$); }
|   dotted '(' error ')'                    { $$ = ast_new(parse, AST_ERROR, @$); yyerrok; }
;

dotted:
    NAME
|   dotted[front] '.' NAME[last]            { $$ = word_dotted(parse, $front, $last, @$); }
;

arguments:
    %empty                                  { $$ = NULL; }
|   argument_list
|   argument_list ','
;

argument_list:
    expression                              { $$ = ast_args_add(parse, NULL, (Word){NULL, @$}, $expression); }
|   word '=' expression                     { $$ = ast_args_add(parse, NULL, $word, $expression); }
|   argument_list[list] ',' expression      { $$ = ast_args_add(parse, $list, (Word){NULL, @3}, $expression); }
|   argument_list[list] ',' word '=' expression
                                            { $$ = ast_args_add(parse, $list, $word, $expression); }
;

word: NAME | MODEL | COMPILE | FIT | EVALUATE | TRUE | FALSE | NONE;

expression:
    atom
|   '-' expression[operand] %prec NEGATION  { $$ = ast_negate(parse, $operand, @$); }
|   expression[left] '+' expression[right]  { $$ = ast_binary(parse, AST_ADD, @2, $left, $right, @$); }
|   expression[left] '-' expression[right]  { $$ = ast_binary(parse, AST_SUBTRACT, @2, $left, $right, @$); }
|   expression[left] '*' expression[right]  { $$ = ast_binary(parse, AST_MULTIPLY, @2, $left, $right, @$); }
|   expression[left] '/' expression[right]  { $$ = ast_binary(parse, AST_DIVIDE, @2, $left, $right, @$); }
|   expression[left] FLOOR_DIVIDE expression[right]
                                            { $$ = ast_binary(parse, AST_FLOOR_DIVIDE, @2, $left, $right, @$); }
|   expression[left] POWER expression[right]
                                            { $$ = ast_binary(parse, AST_POWER, @2, $left, $right, @$); }
;

atom:
    NUMBER
|   STRING
|   TRUE                                    { $$ = ast_boolean(parse, true, @$); }
|   FALSE                                   { $$ = ast_boolean(parse, false, @$); }
|   NONE                                    { $$ = ast_new(parse, AST_NONE, @$); }
|   dotted                                  { $$ = ast_name(parse, $dotted.text, @$); }
|   call
|   '(' expression ')'                      { $$ = ast_parenthesized($2, @$); }
|   '(' ')'                                 { $$ = ast_items(parse, AST_TUPLE, NULL, @$); }
|   '(' items ',' ')'                       { $$ = ast_items(parse, AST_TUPLE, $items, @$); }
|   '(' items ',' expression ')'            { $$ = ast_items(parse, AST_TUPLE, ast_list_add(parse, $2, $4), @$); }
|   '(' error ')'                           { $$ = ast_new(parse, AST_ERROR, @$); yyerrok; }
|   '[' ']'                                 { $$ = ast_items(parse, AST_LIST, NULL, @$); }
|   '[' items ']'                           { $$ = ast_items(parse, AST_LIST, $items, @$); }
|   '[' items ',' ']'                       { $$ = ast_items(parse, AST_LIST, $items, @$); }
|   '[' error ']'                           { $$ = ast_new(parse, AST_ERROR, @$); yyerrok; }
|   '{' '}'                                 { $$ = ast_dict(parse, NULL, @$); }
|   '{' pairs '}'                           { $$ = ast_dict(parse, $pairs, @$); }
|   '{' pairs ',' '}'                       { $$ = ast_dict(parse, $pairs, @$); }
|   '{' error '}'                           { $$ = ast_new(parse, AST_ERROR, @$); yyerrok; }
;

items:
    expression                              { $$ = ast_list_add(parse, NULL, $expression); }
|   items[list] ',' expression              { $$ = ast_list_add(parse, $list, $expression); }
;

pairs:
    expression[key] ':' expression[value]   { $$ = ast_pairs_add(parse, NULL, $key, $value); }
|   pairs[list] ',' expression[key] ':' expression[value]
                                            { $$ = ast_pairs_add(parse, $list, $key, $value); }
;

%%

static int yyreport_syntax_error(const yypcontext_t *context, Parse *parse) {
    yysymbol_kind_t symbols[YYNTOKENS];
    const char *expected[YYNTOKENS];
    int count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
    for (int i = 0; i < count; i++) {
        expected[i] = yysymbol_name(symbols[i]);
    }
    parse_syntax_error(parse, yysymbol_name(yypcontext_token(context)), *yypcontext_location(context), expected, count);
    return 0;
}

/* With parse.error custom, only for "memory exhausted": more nested than the parser's stack. */
static void nnc_error(const Span *span, Parse *parse, const char *message) {
    (void)message;
    parse_too_deep(parse, *span);
}
