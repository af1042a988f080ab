// SPDX-License-Identifier: MIT-0
// Prints the three hashes of a module that needs nothing: node wasm.js FILE
const module_ = new WebAssembly.Module(require('fs').readFileSync(process.argv[2]));
if (WebAssembly.Module.imports(module_).length > 0) throw 'it imports something';
const { hashes, memory } = new WebAssembly.Instance(module_).exports;
new BigUint64Array(memory.buffer, hashes(), 3).forEach(each => console.log(each.toString(16).padStart(16, '0')));
