// SPDX-License-Identifier: MIT-0
// Pictures on canvases: curves, the boundary between classes, a reading. All take their colours from the style sheet.
'use strict';

const colour = name =>
    getComputedStyle(document.documentElement)
        .getPropertyValue('--' + name)
        .trim();

/** The drawing context of a canvas at the screen's resolution, cleared, with lengths in CSS pixels. */
function sheet(canvas) {
    const ratio = window.devicePixelRatio || 1,
        width = canvas.clientWidth,
        height = canvas.clientHeight;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.scale(ratio, ratio);
    context.font = '12px system-ui, sans-serif';
    return {context, width, height};
}

/** Two curves over epochs, on a logarithmic axis: `run` has arrays: {epochs, training, validation}. */
function drawCurves(canvas, run, epochs) {
    const {context, width, height} = sheet(canvas);
    const left = 44,
        right = 8,
        top = 10,
        bottom = 24;
    const all = [...run.training, ...run.validation].filter(value => value > 0);
    if (!all.length) return;
    const low = Math.log10(Math.min(...all)) - 0.05,
        high = Math.log10(Math.max(...all)) + 0.05;
    const y = value => top + ((high - Math.log10(Math.max(value, 1e-9))) / (high - low)) * (height - top - bottom);
    const x = i => left + (i / Math.max(1, epochs - 1)) * (width - left - right);
    context.fillStyle = colour('soft');
    context.strokeStyle = colour('rule');
    context.textAlign = 'right';
    for (const tick of [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]) {
        if (Math.log10(tick) < low || Math.log10(tick) > high) continue;
        context.fillText(String(tick), left - 6, y(tick) + 4);
        context.beginPath();
        context.moveTo(left, y(tick));
        context.lineTo(width - right, y(tick));
        context.stroke();
    }
    context.fillText(`epoch ${epochs}`, width - right, height - 7);
    context.lineWidth = 2;
    for (const [name, paint, dash] of [
        ['training', 'first', []],
        ['validation', 'second', [6, 4]],
    ]) {
        context.strokeStyle = colour(paint);
        context.setLineDash(dash);
        context.beginPath();
        run[name].forEach((value, i) => context.lineTo(x(run.epochs[i]), y(value)));
        context.stroke();
    }
}

/** Where points lie: -reach to reach in both directions, shown in a canvas of 4 to 3. */
const reach = 1.35;

/** The probability of class 1 on a grid, and the samples: filled those before `learned`. */
function drawBoundary(canvas, grid, columns, lines, samples, learned) {
    const {context, width, height} = sheet(canvas),
        small = new OffscreenCanvas(columns, lines),
        brush = small.getContext('2d');
    for (let i = 0; i < columns * lines; i++) {
        brush.fillStyle = colours[grid[i] > 0.5 ? 1 : 0];
        brush.globalAlpha = 0.04 + 0.5 * Math.abs(grid[i] - 0.5);
        brush.fillRect(i % columns, Math.floor(i / columns), 1, 1);
    }
    context.imageSmoothingQuality = 'high';
    context.drawImage(small, 0, 0, width, height);
    context.lineWidth = 1.75;
    samples.forEach(([x1, x2, label], i) => {
        context.beginPath();
        context.arc(
            width / 2 + ((x1 / reach) * height) / 2,
            height / 2 - ((x2 / reach) * height) / 2,
            i < learned ? 5 : 3.5,
            0,
            7,
        );
        context.fillStyle = context.strokeStyle = colours[label];
        if (i < learned) context.fill();
        else context.stroke();
    });
}
let colours = [];

/** Ten bars, a mean and a spread each. */
function drawReading(canvas, mean, spread) {
    const {context, width, height} = sheet(canvas);
    const line = height / 10,
        left = 26,
        right = 64,
        best = mean.indexOf(Math.max(...mean));
    mean.forEach((value, digit) => {
        const y = digit * line,
            long = width - left - right;
        context.fillStyle = colour('ink');
        context.textAlign = 'right';
        context.font = (digit === best ? 'bold ' : '') + '14px system-ui, sans-serif';
        context.fillText(String(digit), left - 10, y + line / 2 + 5);
        context.fillStyle = colour(digit === best ? 'first' : 'soft');
        context.fillRect(left, y + line * 0.22, Math.max(1, value * long), line * 0.56);
        context.strokeStyle = colour('second');
        context.lineWidth = 2;
        context.beginPath();
        context.moveTo(left + Math.max(0, value - spread[digit]) * long, y + line / 2);
        context.lineTo(left + Math.min(1, value + spread[digit]) * long, y + line / 2);
        context.stroke();
        context.fillStyle = colour('ink');
        context.fillText(`${Math.round(100 * value)} %`, width - 10, y + line / 2 + 5);
    });
}

/** 32 by 32 bits, 0 or 1, as dark dots, or 8 by 8 pixels from 0 to 16 as cells, where `pixels` is not null; `cursor`, a
 *  cell of 8 by 8 or null, is framed. */
function drawPad(canvas, bits, pixels, cursor) {
    const {context, width} = sheet(canvas),
        cell = width / 8,
        dot = width / 32;
    context.fillStyle = colour('ink');
    if (pixels) {
        pixels.forEach((value, i) => {
            context.globalAlpha = value / 16;
            context.fillRect((i % 8) * cell, Math.floor(i / 8) * cell, cell, cell);
        });
    } else {
        bits.forEach((bit, i) => {
            if (bit) context.fillRect((i % 32) * dot, Math.floor(i / 32) * dot, dot + 0.5, dot + 0.5);
        });
    }
    context.globalAlpha = 1;
    context.strokeStyle = colour('rule');
    for (let i = 1; i < 8; i++) {
        context.strokeRect(i * cell, -1, 0, width + 2);
        context.strokeRect(-1, i * cell, width + 2, 0);
    }
    if (!cursor) return;
    context.strokeStyle = colour('second');
    context.lineWidth = 3;
    context.strokeRect(cursor[0] * cell + 1.5, cursor[1] * cell + 1.5, cell - 3, cell - 3);
}
