" SPDX-License-Identifier: MIT-0
" Vim syntax of nnc model files: copy to ~/.vim/syntax/nn.vim and add to vimrc: au BufRead *.nn setf nn
if exists('b:current_syntax') | finish | endif
syn keyword nnKeyword model compile fit evaluate
syn keyword nnConstant True False None
syn match nnLayer /\<\u\w*\ze\s*(/
syn match nnSource /\<\l\w*\ze\s*(/
syn match nnArgument /\<\h\w*\ze\s*=/
syn match nnNumber /\<\(0[xX][0-9a-fA-F_]\+\|0[oO][0-7_]\+\|0[bB][01_]\+\|\d[0-9_]*\(\.[0-9_]*\)\?\([eE][-+]\?[0-9_]\+\)\?\)/
syn region nnString start=/'/ skip=/\\./ end=/'/ oneline
syn region nnString start=/"/ skip=/\\./ end=/"/ oneline
syn match nnComment /#.*/
hi def link nnKeyword Keyword
hi def link nnConstant Constant
hi def link nnLayer Type
hi def link nnSource Function
hi def link nnArgument Identifier
hi def link nnNumber Number
hi def link nnString String
hi def link nnComment Comment
let b:current_syntax = 'nn'
