"""AES, CBC and CMAC in the few lines a virtual card needs (FIPS 197, RFC 4493). Slow on purpose of
being short; never for anything but tests."""


def _double(byte):
    return (byte << 1 ^ (0x11B if byte & 0x80 else 0)) & 0xFF


def _times(a, b):
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a, b = _double(a), b >> 1
    return product


def _make_box():
    box = [0x63] * 256
    for value in range(1, 256):
        inverse = next(i for i in range(1, 256) if _times(value, i) == 1)
        box[value] = 0x63
        for turn in range(5):
            box[value] ^= (inverse << turn | inverse >> (8 - turn)) & 0xFF
    return box


BOX = _make_box()
UNBOX = [BOX.index(i) for i in range(256)]
TIMES = {factor: [_times(v, factor) for v in range(256)] for factor in (1, 2, 3, 9, 11, 13, 14)}


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def _round_keys(key):
    words, n = [key[i:i + 4] for i in range(0, len(key), 4)], len(key) // 4
    constant = 1
    while len(words) < 4 * (n + 7):
        word = words[-1]
        if len(words) % n == 0:
            word = bytes(BOX[b] for b in word[1:] + word[:1])
            word, constant = xor(word, bytes([constant, 0, 0, 0])), _double(constant)
        elif n > 6 and len(words) % n == 4:
            word = bytes(BOX[b] for b in word)
        words.append(xor(word, words[-n]))
    return [b"".join(words[i:i + 4]) for i in range(0, len(words), 4)]


def _mix(state, factors):
    out = bytearray()
    for i in range(0, 16, 4):
        for row in range(4):
            byte = 0
            for k in range(4):
                byte ^= TIMES[factors[(k - row) % 4]][state[i + k]]
            out.append(byte)
    return bytes(out)


def encrypt(key, block):
    first, *rest = _round_keys(key)
    state = xor(block, first)
    for number, round_key in enumerate(rest):
        state = bytes(BOX[state[(5 * i) % 16]] for i in range(16))
        if number < len(rest) - 1:
            state = _mix(state, (2, 3, 1, 1))
        state = xor(state, round_key)
    return state


def decrypt(key, block):
    *rest, last = _round_keys(key)
    state = xor(block, last)
    for number, round_key in enumerate(reversed(rest)):
        state = bytes(UNBOX[state[(13 * i) % 16]] for i in range(16))
        state = xor(state, round_key)
        if number < len(rest) - 1:
            state = _mix(state, (14, 11, 13, 9))
    return state


def cbc_encrypt(key, iv, data):
    out = b""
    for i in range(0, len(data), 16):
        iv = encrypt(key, xor(data[i:i + 16], iv))
        out += iv
    return out


def cbc_decrypt(key, iv, data):
    out = b""
    for i in range(0, len(data), 16):
        out += xor(decrypt(key, data[i:i + 16]), iv)
        iv = data[i:i + 16]
    return out


def pad(data):
    data += b"\x80"
    return data + bytes(-len(data) % 16)


def cmac(key, message):
    def shift(block):
        value = int.from_bytes(block, "big") << 1
        return ((value ^ (0x87 if value >> 128 else 0)) & (1 << 128) - 1).to_bytes(16, "big")
    subkey = shift(encrypt(key, bytes(16)))
    rest = message[(len(message) - 1) // 16 * 16:] if message else b""
    head = message[:len(message) - len(rest)]
    if len(rest) < 16:
        rest, subkey = pad(rest), shift(subkey)
    return cbc_encrypt(key, bytes(16), head + xor(rest, subkey))[-16:]
