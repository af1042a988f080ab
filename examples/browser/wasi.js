// SPDX-License-Identifier: MIT-0
// As much of WASI as nnc asks for: arguments, one file on standard input, and text on standard output and error.
'use strict';

const WASI = {DONE: 0, BAD_FILE: 8, NOT_THERE: 44, NOT_HERE: 52, CHARACTER_DEVICE: 2};

class Exit extends Error {
    constructor(status) {
        super('exit');
        this.status = status;
    }
}

/** Runs nnc once: a WebAssembly.Module, its arguments, and what standard input holds. Returns {status, out, err}. */
function runNnc(module, args, input) {
    const bytes = new TextEncoder().encode(input),
        streams = {1: [], 2: []};
    const words = ['nnc', ...args].map(word => new TextEncoder().encode(word + '\0'));
    let at = 0,
        instance;
    const view = () => new DataView(instance.exports.memory.buffer);
    const memory = () => new Uint8Array(instance.exports.memory.buffer);
    const eachPiece = (list, count, use) => {
        let total = 0;
        for (let i = 0; i < count; i++)
            total += use(view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true));
        return total;
    };
    const own = {
        args_sizes_get(count, size) {
            view().setUint32(count, words.length, true);
            view().setUint32(
                size,
                words.reduce((sum, word) => sum + word.length, 0),
                true,
            );
            return WASI.DONE;
        },
        args_get(list, place) {
            words.forEach((word, i) => {
                view().setUint32(list + 4 * i, place, true);
                memory().set(word, place);
                place += word.length;
            });
            return WASI.DONE;
        },
        environ_sizes_get(count, size) {
            view().setUint32(count, 0, true);
            view().setUint32(size, 0, true);
            return WASI.DONE;
        },
        environ_get: () => WASI.DONE,
        clock_time_get(clock, precision, place) {
            view().setBigUint64(place, 0n, true);
            return WASI.DONE;
        },
        fd_write(file, list, count, written) {
            if (!streams[file]) return WASI.BAD_FILE;
            const total = eachPiece(list, count, (from, size) => {
                streams[file].push(memory().slice(from, from + size));
                return size;
            });
            view().setUint32(written, total, true);
            return WASI.DONE;
        },
        fd_read(file, list, count, taken) {
            if (file !== 0) return WASI.BAD_FILE;
            const total = eachPiece(list, count, (to, size) => {
                const piece = bytes.subarray(at, at + size);
                memory().set(piece, to);
                at += piece.length;
                return piece.length;
            });
            view().setUint32(taken, total, true);
            return WASI.DONE;
        },
        fd_fdstat_get(file, place) {
            if (file > 2) return WASI.BAD_FILE;
            memory().fill(0, place, place + 24);
            view().setUint8(place, WASI.CHARACTER_DEVICE);
            view().setBigUint64(place + 8, 0xffffffffn, true); // all rights
            return WASI.DONE;
        },
        fd_close: () => WASI.DONE,
        fd_prestat_get: () => WASI.BAD_FILE, // no folder is open
        path_open: () => WASI.NOT_THERE,
        proc_exit(status) {
            throw new Exit(status);
        },
    };
    const imports = {};
    for (const {module: library, name} of WebAssembly.Module.imports(module))
        (imports[library] ??= {})[name] = own[name] || (() => WASI.NOT_HERE);
    instance = new WebAssembly.Instance(module, imports);
    let status = 0;
    try {
        instance.exports._start();
    } catch (end) {
        if (!(end instanceof Exit)) throw end;
        status = end.status;
    }
    const text = pieces => {
        const decoder = new TextDecoder();
        return pieces.map(piece => decoder.decode(piece, {stream: true})).join('') + decoder.decode();
    };
    return {status, out: text(streams[1]), err: text(streams[2])};
}

if (typeof module !== 'undefined') module.exports = {runNnc};
