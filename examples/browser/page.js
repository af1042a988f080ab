// SPDX-License-Identifier: MIT-0
// The page: the compiler beside the editor, and two networks that learn.
'use strict';

const $ = id => document.getElementById(id);
const data = JSON.parse($('data').textContent);

/** Bytes that pack.py compressed. */
async function unpack(text) {
    const packed = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* --- the compiler ------------------------------------------------------------------------------------------------- */

let compiler;

/* Columns count bytes of UTF-8 from 1; the editor counts UTF-16. */
function place(lines, line, column) {
    const text = lines[line - 1] ?? '',
        bytes = new TextEncoder().encode(text).slice(0, column - 1);
    return (
        lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0) +
        new TextDecoder().decode(bytes).length
    );
}

function mark(source, spots) {
    $('marks').replaceChildren();
    let at = 0;
    for (const [begin, end] of spots.sort((a, b) => a[0] - b[0])) {
        if (begin < at) continue;
        const spot = document.createElement('mark');
        spot.textContent = source.slice(begin, Math.max(end, begin + 1));
        $('marks').append(source.slice(at, begin), spot);
        at = Math.max(end, begin + 1);
    }
    $('marks').append(source.slice(at) + '\n');
}

/* What nnc says in JSON, or a plain message as one. */
function diagnosticsOf(result) {
    const begin = result.err.indexOf('{"diagnostics"');
    if (begin >= 0) return JSON.parse(result.err.slice(begin)).diagnostics;
    return result.err
        ? [{line: 1, column: 1, end_line: 1, end_column: 1, severity: 'error', message: result.err.trim()}]
        : [];
}

/* A picture, or text. */
function show(stage, text) {
    if (stage !== 'svg') return ($('output').textContent = text);
    const picture = document.createElement('img');
    picture.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
    picture.alt = text.match(/<title>(.*)<\/title>/)[1];
    $('output').replaceChildren(picture);
}

function compile() {
    const source = $('model').value,
        lines = source.split('\n'),
        began = performance.now();
    const result = runNnc(compiler, ['-', '--diagnostics=json', '--standalone', `--emit=${$('stage').value}`], source);
    const took = performance.now() - began,
        found = diagnosticsOf(result);
    mark(
        source,
        found.map(each => [place(lines, each.line, each.column), place(lines, each.end_line, each.end_column)]),
    );
    $('diagnostics').replaceChildren(
        ...found.map(each => {
            const item = document.createElement('li'),
                button = document.createElement('button');
            button.type = 'button';
            button.textContent = `Line ${each.line}: ${each.severity}: ${each.message}`;
            button.addEventListener('click', () => {
                const at = place(lines, each.line, each.column);
                $('model').focus();
                $('model').setSelectionRange(at, Math.max(at, place(lines, each.end_line, each.end_column)));
            });
            item.append(button);
            return item;
        }),
    );
    const errors = found.filter(each => each.severity === 'error').length;
    if (result.status === 0) show($('stage').value, result.out);
    $('verdict').textContent = errors
        ? `${errors} ${errors === 1 ? 'error' : 'errors'}`
        : `Compiled in ${took.toFixed(0)} ms`;
}

async function beginCompiler() {
    for (const name of Object.keys(data.models)) $('example').append(new Option(name, name));
    const load = () => {
        $('model').value = data.models[$('example').value];
    };
    load();
    compiler = await WebAssembly.compile(await unpack(data.nnc));
    let waiting;
    $('model').addEventListener('input', () => {
        mark($('model').value, []);
        clearTimeout(waiting);
        waiting = setTimeout(compile, 60);
    });
    $('model').addEventListener('scroll', () => {
        $('marks').scrollTop = $('model').scrollTop;
        $('marks').scrollLeft = $('model').scrollLeft;
    });
    $('stage').addEventListener('change', compile);
    $('example').addEventListener('change', () => {
        load();
        compile();
    });
    compile();
}

/* --- networks ----------------------------------------------------------------------------------------------------- */

/** An emitted network with its memory: arrays of it by name, and its functions. */
async function network(name, Target) {
    const {instance} = await WebAssembly.instantiate(await unpack(data.networks[name]));
    const {exports} = instance,
        array = (what, Type = Float32Array) => new Type(exports.memory.buffer, exports[what + '_place']());
    return {
        ...exports,
        samples: array('samples'),
        targets: array('targets', Target),
        queries: array('queries'),
        outputs: array('outputs'),
        spreads: array('spreads'),
        figures: array('figures'),
    };
}

/** Trains in pieces of a frame, measures every `stride` epochs and shows after each frame, while `alive`. */
async function train(net, learned, all, epochs, stride, show, alive) {
    const run = {epochs: [], training: [], validation: [], accuracy: 0};
    for (let epoch = 0; epoch < epochs && alive();) {
        const until = performance.now() + 24;
        do {
            const status = net.epoch(learned);
            if (status !== 0) throw new Error(`training ended with status ${status}`);
            if (epoch++ % stride && epoch < epochs) continue;
            net.evaluate(0, learned);
            const loss = net.figures[0];
            net.evaluate(learned, all);
            run.epochs.push(epoch - 1);
            run.training.push(loss);
            run.validation.push(net.figures[0]);
            run.accuracy = net.figures[1];
        } while (epoch < epochs && performance.now() < until);
        show(run, epoch);
        await new Promise(resolve => setTimeout(resolve));
    }
    return run;
}

const last = values => values[values.length - 1];
const seconds = began => `${((performance.now() - began) / 1000).toFixed(1)} s`;

/* Of epochs a screen reader says nothing: only what comes out. */
function progress(id, epoch, epochs) {
    $(id).ariaBusy = epoch < epochs;
    $(id).textContent = `Epoch ${epoch} of ${epochs}`;
}

/* --- circles ------------------------------------------------------------------------------------------------------ */

const CIRCLES = {learned: 30, epochs: 4000, stride: 20, columns: 68, lines: 51};

function boundary(net) {
    const {columns, lines} = CIRCLES;
    for (let i = 0; i < columns * lines; i++) {
        net.queries[2 * i] = (((((i % columns) + 0.5) / columns) * 2 - 1) * reach * 4) / 3;
        net.queries[2 * i + 1] = (1 - ((Math.floor(i / columns) + 0.5) / lines) * 2) * reach;
    }
    net.predict(columns * lines);
    drawBoundary($('boundary'), net.outputs, columns, lines, data.circles, CIRCLES.learned);
}

/* A row of the table for each rate, in their order. */
function noteGap(rate, run) {
    const row = $(`gap-${rate}`) ?? document.createElement('tr');
    row.id = `gap-${rate}`;
    row.dataset.rate = rate;
    const loss = last(run.training),
        validation = last(run.validation);
    const cells = [
        `${rate} %`,
        loss.toFixed(3),
        validation.toFixed(3),
        (validation - loss).toFixed(3),
        run.accuracy.toFixed(3),
    ];
    row.replaceChildren(
        ...cells.map((text, i) => {
            const cell = document.createElement(i ? 'td' : 'th');
            if (!i) cell.scope = 'row';
            cell.textContent = text;
            return cell;
        }),
    );
    const after = [...$('gaps').children].find(each => Number(each.dataset.rate) > rate);
    $('gaps').insertBefore(row, after ?? null);
}

let circlesTurn = 0,
    circlesShown = () => {};

async function trainCircles() {
    const turn = ++circlesTurn,
        rate = Number($('rate').value),
        net = await network(`circles-${rate}`, Float32Array);
    data.circles.forEach(([x1, x2, label], i) => {
        net.samples.set([x1, x2], 2 * i);
        net.targets[i] = label;
    });
    net.start(1);
    const began = performance.now();
    const show = (run, epoch) => {
        circlesShown = () => {
            boundary(net);
            drawCurves($('circles-curves'), run, CIRCLES.epochs);
        };
        circlesShown();
        progress('circles-verdict', epoch, CIRCLES.epochs);
    };
    const run = await train(
        net,
        CIRCLES.learned,
        data.circles.length,
        CIRCLES.epochs,
        CIRCLES.stride,
        show,
        () => turn === circlesTurn,
    );
    if (turn !== circlesTurn) return;
    noteGap(rate, run);
    const losses = [last(run.training), last(run.validation)].map(loss => loss.toFixed(3));
    const words = `dropout ${rate} %, loss ${losses[0]}, validation loss ${losses[1]}`;
    $('circles-verdict').textContent = `Trained in ${seconds(began)}: ${words}`;
    $('circles-curves').ariaLabel = `Curves of the loss over ${CIRCLES.epochs} epochs; at the end: ${words}`;
    $('boundary').ariaLabel =
        `The boundary between the classes; ${(100 * run.accuracy).toFixed(0)} % of the points never seen lie on ` +
        'their side';
}

/* --- digits ------------------------------------------------------------------------------------------------------- */

const DIGITS = {learned: 1437, epochs: 20, times: 100};
const pad = {bits: new Uint8Array(1024), pixels: null, cursor: [0, 0], pen: null};
let digits,
    digitsTurn = 0,
    reader = null,
    digitsShown = () => {};

/* What was drawn fills the picture, as the digits that the network has learned do; then dark bits are counted, 4 by 4. */
function pixelsOf(bits) {
    const dark = [...bits.keys()].filter(i => bits[i]),
        pixels = new Float32Array(64);
    if (!dark.length) return pixels;
    const columns = dark.map(i => i % 32),
        rows = dark.map(i => Math.floor(i / 32));
    const left = Math.min(...columns),
        top = Math.min(...rows);
    const wide = Math.max(...columns) - left + 1,
        high = Math.max(...rows) - top + 1,
        size = Math.max(wide, high);
    for (let i = 0; i < 1024; i++) {
        const x = Math.floor((((i % 32) - 16) * size) / 32 + left + wide / 2),
            y = Math.floor(((Math.floor(i / 32) - 16) * size) / 32 + top + high / 2);
        if (x >= 0 && y >= 0 && x < 32 && y < 32)
            pixels[Math.floor(i / 128) * 8 + Math.floor((i % 32) / 4)] += bits[y * 32 + x];
    }
    return pixels;
}

function read() {
    drawPad($('pad'), pad.bits, pad.pixels, document.activeElement === $('pad') ? pad.cursor : null);
    if (!reader || !(pad.pixels || pad.bits.some(Boolean))) return;
    reader.queries.set(pad.pixels ?? pixelsOf(pad.bits));
    reader.predict_often(1, DIGITS.times, 1);
    const mean = [...reader.outputs.subarray(0, 10)],
        spread = [...reader.spreads.subarray(0, 10)];
    drawReading($('reading'), mean, spread);
    const best = mean.indexOf(Math.max(...mean));
    const words = `${best}, with ${Math.round(100 * mean[best])} % ± ${Math.round(100 * spread[best])} %`;
    $('reading-text').textContent =
        `${DIGITS.times} readings with dropout on say: ${words}. The thin line is one standard deviation.`;
    $('reading').ariaLabel = `What the network reads: ${words}`;
}

async function trainDigits() {
    const turn = ++digitsTurn,
        rate = Number($('digit-rate').value),
        net = await network(`digits-${rate}`, Int32Array);
    const count = digits.length / 65;
    for (let i = 0; i < count; i++) {
        net.samples.set(digits.subarray(i * 65, i * 65 + 64), i * 64);
        net.targets[i] = digits[i * 65 + 64];
    }
    net.start(1);
    reader = net;
    const began = performance.now();
    const show = (run, epoch) => {
        digitsShown = () => drawCurves($('digits-curves'), run, DIGITS.epochs);
        digitsShown();
        read();
        progress('digits-verdict', epoch, DIGITS.epochs);
    };
    const run = await train(net, DIGITS.learned, count, DIGITS.epochs, 1, show, () => turn === digitsTurn);
    if (turn !== digitsTurn) return;
    $('digits-verdict').textContent =
        `Trained in ${seconds(began)}: ${(100 * run.accuracy).toFixed(1)} % of the 360 never seen are read right`;
    $('digits-curves').ariaLabel =
        `Curves of the loss over ${DIGITS.epochs} epochs; at the end ${last(run.training).toFixed(3)} in training, ` +
        `${last(run.validation).toFixed(3)} of digits never seen`;
}

function paint(x, y, radius) {
    pad.pixels = null;
    for (let i = 0; i < 1024; i++)
        if (Math.hypot((i % 32) + 0.5 - x, Math.floor(i / 32) + 0.5 - y) < radius) pad.bits[i] = 1;
}

function stroke(event) {
    const box = $('pad').getBoundingClientRect(),
        to = [((event.clientX - box.left) / box.width) * 32, ((event.clientY - box.top) / box.height) * 32];
    const from = pad.pen ?? to,
        steps = Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1])) + 1;
    for (let i = 0; i <= steps; i++)
        paint(from[0] + ((to[0] - from[0]) * i) / steps, from[1] + ((to[1] - from[1]) * i) / steps, 2);
    pad.pen = to;
    read();
}

function clearPad() {
    pad.bits.fill(0);
    pad.pixels = null;
    read();
}

/* A digit as the file has it, until something is drawn over it. */
function showSample() {
    const count = digits.length / 65,
        i = DIGITS.learned + Math.floor(Math.random() * (count - DIGITS.learned));
    pad.pixels = Float32Array.from(digits.subarray(i * 65, i * 65 + 64));
    pad.bits.fill(0);
    read();
}

const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

function typed(event) {
    const step = steps[event.key];
    if (step) pad.cursor = pad.cursor.map((at, i) => Math.min(7, Math.max(0, at + step[i])));
    else if (event.key === ' ') paint(pad.cursor[0] * 4 + 2, pad.cursor[1] * 4 + 2, 2.9);
    else if (event.key === 'Delete') clearPad();
    else return;
    event.preventDefault();
    read();
}

async function beginDigits() {
    digits = await unpack(data.digits);
    const canvas = $('pad');
    canvas.addEventListener('pointerdown', event => {
        canvas.setPointerCapture(event.pointerId);
        pad.pen = null;
        stroke(event);
    });
    canvas.addEventListener('pointermove', event => {
        if (canvas.hasPointerCapture(event.pointerId)) stroke(event);
    });
    canvas.addEventListener('keydown', typed);
    canvas.addEventListener('focus', read);
    canvas.addEventListener('blur', read);
    $('clear').addEventListener('click', clearPad);
    $('sample').addEventListener('click', showSample);
    read();
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

function slide(slider, text, button, turn) {
    $(button).addEventListener('click', turn);
    $(slider).addEventListener('input', () => {
        $(text).textContent = `${$(slider).value} %`;
    });
    $(slider).addEventListener('change', turn);
}

function redraw() {
    colours = [colour('first'), colour('second')];
    circlesShown();
    digitsShown();
    read();
}

async function begin() {
    colours = [colour('first'), colour('second')];
    slide('rate', 'rate-text', 'circles-train', trainCircles);
    slide('digit-rate', 'digit-rate-text', 'digits-train', trainDigits);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
    window.addEventListener('resize', redraw);
    await beginCompiler();
    await beginDigits();
    await trainCircles();
    await trainDigits();
    showSample();
    document.body.dataset.ready = 'true';
}

begin().catch(error => {
    $('verdict').textContent = `The page cannot go on: ${error.message}`;
});
