// SPDX-License-Identifier: MIT-0
// The language server is nnc itself.
const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = () => {
    const command = workspace.getConfiguration('nnc').get('path');
    client = new LanguageClient('nnc', 'nnc', { command, args: ['lsp'] }, { documentSelector: [{ language: 'nn' }] });
    return client.start();
};

exports.deactivate = () => client && client.stop();
