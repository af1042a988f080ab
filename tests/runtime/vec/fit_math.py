#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Fits the polynomials of runtime/core/nnc_math.h: prints each as a C array with its interval and error.

Remez' exchange algorithm in 60 digits: the polynomial p of a given degree that minimizes the greatest |error| on an
interval, where error(x) says what a value of p(x) costs. Coefficients are then rounded to the target type one after
the other, from the constant upwards, each time fitting the remaining ones again. Needs mpmath.
"""
import struct
import sys

from mpmath import cos, erf, exp, log, mp, mpf, pi, sqrt

mp.dps = 60


def rounded(x, real):
    return mpf(struct.unpack('f', struct.pack('f', float(x)))[0]) if real == 'float' else mpf(float(x))


def remez(target, weight, low, high, first, count):
    """Coefficients c of sum c[i] x^(first + i) nearest to target, and the greatest |weight * difference|."""
    size = count + 1
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * cos(pi * (2 * i + 1) / (2 * size)) for i in range(size)]
    grid = [middle - half * cos(pi * i / 1200) for i in range(1201)]
    values = [(x, target(x), weight(x)) for x in grid]
    for _ in range(30):
        rows, right = [], []
        for i, x in enumerate(nodes):
            w = weight(x)
            rows.append([w * x ** (first + j) for j in range(count)] + [(-1) ** i])
            right.append(w * target(x))
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix(right))
        coefficients = list(solution[:count])
        errors = [(w * (sum(c * x ** (first + j) for j, c in enumerate(coefficients)) - t), x) for x, t, w in values]
        runs = []  # the greatest error of each run of one sign
        for error, x in errors:
            if runs and (error > 0) == (runs[-1][0] > 0):
                runs[-1] = max(runs[-1], (error, x), key=lambda e: abs(e[0]))
            else:
                runs.append((error, x))
        while len(runs) > size:
            runs.pop(0 if abs(runs[0][0]) < abs(runs[-1][0]) else -1)
        worst = max(abs(e) for e, _ in runs)
        if len(runs) < size or worst - abs(solution[count]) < worst * mpf('1e-3'):
            break
        nodes = [x for _, x in runs]
    return coefficients, max(abs(e) for e, _ in errors)


def fit(name, real, target, weight, low, high, count):
    """Prints c, sum c[i] x^i ~ target(x), rounded to `real`, and the greatest weight(x) * |difference|."""
    low, high = mpf(low), mpf(high)
    known = []
    for i in range(count):
        remaining = lambda x: target(x) - sum(c * x ** j for j, c in enumerate(known))
        if i < 4:  # rounding later ones matters little
            rest, _ = remez(remaining, weight, low, high, i, count - i)
        else:
            rest = rest[1:]
        known.append(rounded(rest[0], real))
    grid = [low + (high - low) * i / 2000 for i in range(2001)]
    error = max(weight(x) * abs(target(x) - sum(c * x ** j for j, c in enumerate(known))) for x in grid if weight(x))
    digits, suffix = (9, 'f') if real == 'float' else (17, '')
    print(f'/* {name}, {real}: [{mp.nstr(low, 5)}, {mp.nstr(high, 5)}], error 2^{mp.nstr(log(error, 2), 4)} */')
    print('{' + ', '.join(f'{float(c):.{digits}g}{suffix}' for c in known) + '}\n', flush=True)


def power_series(coefficient):
    """x -> sum of coefficient(i) x^i, for small x: no cancellation where a function lacks its first terms."""
    coefficients = [mpf(coefficient(i)) for i in range(60)]
    return lambda x: mp.polyval(coefficients[::-1], x)


def main(names):
    tiny = mpf('1e-30')
    half_ln2 = log(2) / 2 * mpf('1.0001')
    quarter = (pi / 4 * mpf('1.0001')) ** 2
    s_max = (sqrt(2) - 1) / (sqrt(2) + 1) * mpf('1.0001')
    factorial = mp.factorial

    exp_rest = power_series(lambda i: 1 / factorial(i + 2))
    artanh_rest = power_series(lambda i: mpf(2) / (2 * i + 3))
    erf_rest = power_series(lambda i: 2 / sqrt(pi) * (-1) ** i / factorial(i) / (2 * i + 1) - (i == 0))
    sin_rest = power_series(lambda i: -(-1) ** i / factorial(2 * i + 3))
    cos_rest = power_series(lambda i: (-1) ** i / factorial(2 * i + 4))

    fits = {  # name: function, what its error is multiplied by, interval, coefficients for float and double
        # exp(r) = 1 + r + r^2 Q(r), also for expm1
        'exp': (exp_rest, lambda r: r * r / exp(r), -half_ln2, half_ln2 * mpf('1.0001'), 5, 11),
        # log(1 + f) = 2 artanh(s) = 2 s + s z R(z) with s = f / (2 + f), z = s^2
        'log': (artanh_rest, lambda z: z / 2, tiny, s_max ** 2, 3, 7),
        # erf(x) = x + x P(x^2) below 1, 1 - exp(-x^2) R(x) above
        'erf': (erf_rest, lambda z: 1 / (1 + erf_rest(z)), tiny, 1, 7, 13),
        'erfc float': (lambda x: mp.erfc(x) * exp(x * x), lambda x: exp(-x * x) / erf(x), 1, 4, 8, 0),
        'erfc double': (lambda x: mp.erfc(x) * exp(x * x), lambda x: exp(-x * x) / erf(x), 1, 6, 0, 21),
        # sin(r) = r + r z S(z), cos(r) = 1 - z / 2 + z^2 C(z) with z = r^2
        'sin': (sin_rest, lambda z: z, tiny, quarter, 3, 6),
        'cos': (cos_rest, lambda z: z * z, tiny, quarter, 3, 6),
    }
    for name, (target, weight, low, high, float_count, double_count) in fits.items():
        if names and name not in names:
            continue
        if float_count:
            fit(name, 'float', target, weight, low, high, float_count)
        if double_count:
            fit(name, 'double', target, weight, low, high, double_count)


if __name__ == '__main__':
    main(sys.argv[1:])
