"""Computes the digests in NoiseSourceTests from the written definition of the noise, in plain Python.

A single-precision +, -, *, / or sqrt is the double-precision one rounded to single: double has more than twice the digits, so rounding twice
changes nothing.
"""
import hashlib
import math
import struct

MASK = 0xFFFFFFFF
FLOAT = struct.Struct("<f")
INT = struct.Struct("<i")


def philox(counter, seed):
    w = list(counter)
    low, high = seed & MASK, seed >> 32
    for _ in range(10):
        a, b = w[0] * 0xD2511F53, w[2] * 0xCD9E8D57
        w = [(b >> 32) ^ w[1] ^ low, b & MASK, (a >> 32) ^ w[3] ^ high, a & MASK]
        low, high = (low + 0x9E3779B9) & MASK, (high + 0xBB67AE85) & MASK
    return w


def single(x):
    return FLOAT.unpack(FLOAT.pack(x))[0]


def add(a, b):
    return single(a + b)


def mul(a, b):
    return single(a * b)


def horner(t, coefficients):
    value = single(coefficients[0])
    for coefficient in coefficients[1:]:
        value = add(mul(value, t), single(coefficient))
    return value


def signed(x):
    x &= MASK
    return x - (1 << 32) if x >> 31 else x


def normals(radius_word, angle_word):
    x = add(single(radius_word >> 1), 0.5)
    bits = INT.unpack(FLOAT.pack(x))[0]
    exponent = (bits - 0x3F3504F3) >> 23
    mantissa = FLOAT.unpack(INT.pack(bits - (exponent << 23)))[0]
    scale = float(exponent - 31)
    s = single(add(mantissa, -1) / add(mantissa, 1))
    s2, twice = mul(s, s), add(s, s)
    series = horner(s2, [1 / 9, 1 / 7, 1 / 5, 1 / 3])
    tail = add(mul(twice, mul(s2, series)), twice)
    logarithm = add(mul(scale, 0.693359375), add(mul(scale, single(-2.12194440e-4)), tail))
    radius = single(math.sqrt(mul(-2, logarithm))) if logarithm else -0.0
    angle = signed(angle_word)
    quadrant = signed(angle + (1 << 29)) >> 30
    theta = mul(single(signed(angle - signed(quadrant << 30))), single(2 * math.pi / 4294967296.0))
    t2 = mul(theta, theta)
    sine = add(mul(theta, mul(t2, horner(t2, [1 / 362880, -1 / 5040, 1 / 120, -1 / 6]))), theta)
    cosine = add(mul(t2, horner(t2, [1 / 40320, -1 / 720, 1 / 24, -1 / 2])), 1)
    quadrant &= 3
    return mul(radius, [cosine, -sine, -cosine, sine][quadrant]), mul(radius, [sine, cosine, -sine, -cosine][quadrant])


def gaussian(seed, step, query, tensor, length):
    values = []
    for chunk in range((length + 63) // 64):
        cosines, sines = [], []
        for block in range(16 * chunk, 16 * chunk + 16):
            w = philox((block, tensor, query, step), seed)
            for pair in (normals(w[0], w[1]), normals(w[2], w[3])):
                cosines.append(pair[0])
                sines.append(pair[1])
        values += cosines + sines
    return values[:length]


def rademacher(seed, step, query, tensor, length):
    values = []
    for block in range((length + 127) // 128):
        for word in philox((block, 1 << 24 | tensor, query, step), seed):
            values += [-1.0 if word >> k & 1 else 1.0 for k in range(32)]
    return values[:length]


def initial_a(seed, tensor, input_size, length):
    bound = single(1 / math.sqrt(input_size))
    values = []
    for block in range((length + 3) // 4):
        for word in philox((block, 2 << 24 | tensor, 0, 0), seed):
            values.append(mul(((word >> 9) + 0.5 - 4194304) / 4194304, bound))
    return values[:length]


def digest(values):
    return hashlib.sha256(struct.pack("<%df" % len(values), *values)).hexdigest().upper()


print("Gaussian  ", digest(gaussian(20250801, 1234, 5, 6, 100001)))
print("Rademacher", digest(rademacher(20250801, 1234, 5, 6, 100001)))
print("initial A ", digest(initial_a(5, 3, 48, 8 * 48)))
