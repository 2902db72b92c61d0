// Runs the kernels on random numbers, on the card of emulation.h, beside plain loops in double.
//
// Outputs are poisoned first, so that one which is not written shows. Errors are relative to the
// reference as a whole: bf16 keeps 8 bits and f16 11, so a rounded result errs by 2e-3 and 2e-4.
// Prints a line for each case; ends with 1 if any is wrong.

#define NUTHATCH_EMULATED

#include "../../src/causal/kernels/attention.cu"
#undef KERNELS
#include "../../src/causal/kernels/rows.cu"

namespace {

std::mt19937 random_bits(7);
int n_wrong = 0;

template <typename T> std::vector<T> random(size_t n, float mean, float spread) {
    std::normal_distribution<float> normal(mean, spread);
    std::vector<T> numbers(n);
    for (T &number : numbers) {
        number = from_float<T>(normal(random_bits));
    }
    return numbers;
}

template <typename T> std::vector<T> poisoned(size_t n) { return std::vector<T>(n, from_float<T>(NAN)); }

template <typename T> void compare(const char *what, const std::vector<T> &found, const std::vector<double> &wanted) {
    double square_error = 0, square = 0;
    for (size_t i = 0; i < wanted.size(); ++i) {
        const double error = to_float(found[i]) - wanted[i];
        square_error += error * error;
        square += wanted[i] * wanted[i];
    }
    const double error = std::sqrt(square_error / square);
    const double limit = sizeof(T) == 4 ? 1e-5 : std::is_same_v<T, f16> ? 6e-4 : 5e-3;
    const bool is_right = found.size() == wanted.size() && error < limit;
    n_wrong += !is_right;
    std::printf("%s %s: %.1e\n", is_right ? "right" : "WRONG", what, error);
}

template <typename T> double inverse_rms(const std::vector<T> &x, size_t start, int n, double eps) {
    double squares = 0;
    for (int i = 0; i < n; ++i) {
        squares += std::pow(to_float(x[start + i]), 2);
    }
    return 1 / std::sqrt(squares / n + eps);
}

template <typename T> void test_add_norm(int n_rows, int width) {
    const auto x = random<T>(n_rows * width, 0, 2), y = random<T>(n_rows * width, 0, 1);
    const auto factors = random<T>(width, 1, 0.3f);
    auto out = poisoned<T>(2 * n_rows * width);
    emulation::launch({unsigned(n_rows), 1}, 256, [&] {
        add_norm(x.data(), y.data(), factors.data(), out.data(), out.data() + n_rows * width, width, 1e-6f);
    });
    std::vector<double> wanted(out.size());
    std::vector<T> sums(n_rows * width);
    for (int i = 0; i < n_rows * width; ++i) {
        sums[i] = from_float<T>(to_float(x[i]) + to_float(y[i]));
        wanted[i] = to_float(sums[i]);
    }
    for (int i = 0; i < n_rows * width; ++i) {
        const double inverse = inverse_rms(sums, i / width * width, width, 1e-6);
        wanted[n_rows * width + i] = wanted[i] * inverse * to_float(factors[i % width]);
    }
    compare("add_norm", out, wanted);
}

template <typename T> void test_norm_rotate(int n_rows, int n_heads, int n_first, int stride) {
    const auto heads = random<T>(n_rows * stride, 0, 3), factors = random<T>(256, 1, 0.3f);
    const auto angles = random<float>(n_rows * 128, 0, 0.7f);
    auto out = poisoned<T>(n_rows * n_heads * 128);
    emulation::launch({unsigned(n_rows), unsigned(n_heads + 3) / 4}, 128, [&] {
        norm_rotate(heads.data(), factors.data(), angles.data(), out.data(), stride, n_heads, n_first, 1e-6f);
    });
    std::vector<double> wanted(out.size());
    for (int row = 0; row < n_rows; ++row) {
        for (int head = 0; head < n_heads; ++head) {
            const size_t from = row * stride + head * 128, to = (row * n_heads + head) * 128;
            const double inverse = inverse_rms(heads, from, 128, 1e-6);
            const auto normed = [&](int i) {
                return to_float(heads[from + i]) * inverse * to_float(factors[(head < n_first ? 0 : 128) + i]);
            };
            for (int i = 0; i < 64; ++i) {
                const double cosine = angles[row * 128 + i], sine = angles[row * 128 + 64 + i];
                wanted[to + i] = normed(i) * cosine - normed(i + 64) * sine;
                wanted[to + i + 64] = normed(i + 64) * cosine + normed(i) * sine;
            }
        }
    }
    compare("norm_rotate", out, wanted);
}

template <typename T> void test_gate(int n_rows, int width) {
    const auto gate_up = random<T>(n_rows * 2 * width, 0, 2);
    auto out = poisoned<T>(n_rows * width);
    const size_t n_packs = out.size() / Pack<T>::N;
    emulation::launch({unsigned(n_packs + 255) / 256, 1}, 256,
                      [&] { gate(gate_up.data(), out.data(), n_packs, width); });
    std::vector<double> wanted(out.size());
    for (size_t i = 0; i < out.size(); ++i) {
        const size_t at = i / width * 2 * width + i % width;
        const double x = to_float(gate_up[at]);
        wanted[i] = x / (1 + std::exp(-x)) * to_float(gate_up[at + width]);
    }
    compare("gate", out, wanted);
}

struct Sequence {
    unsigned start, n, n_shared;
};

// Every query of the sequences, or only the last ones.
std::vector<uint32_t> tiles_of(const std::vector<Sequence> &sequences, bool is_last) {
    std::vector<uint32_t> tiles;
    for (unsigned i = 0; i < sequences.size(); ++i) {
        const auto [start, n, n_shared] = sequences[i];
        if (is_last) {
            tiles.insert(tiles.end(), {i, 1, n_shared, start, n - 1});
        }
        for (unsigned first = 0; first < n && !is_last; first += 64) {
            tiles.insert(tiles.end(), {start + first, std::min(64u, n - first), n_shared, start, first});
        }
    }
    return tiles;
}

template <typename T> struct Heads {
    std::vector<T> numbers;
    int stride;
    double at(size_t row, int head, int i) const { return to_float(numbers[row * stride + head * 128 + i]); }
};

template <typename T>
void attend_row(const Heads<T> &q, const Heads<T> &k, const Heads<T> &v, const std::vector<unsigned> &keys, size_t row,
                int head, int kv_head, double *out) {
    std::vector<double> weights;
    double most = -INFINITY, total = 0;
    for (unsigned key : keys) {
        double score = 0;
        for (int i = 0; i < 128; ++i) {
            score += q.at(row, head, i) * k.at(key, kv_head, i);
        }
        weights.push_back(score / std::sqrt(128));
        most = std::max(most, weights.back());
    }
    for (double &weight : weights) {
        total += weight = std::exp(weight - most);
    }
    for (int i = 0; i < 128; ++i) {
        out[i] = 0;
        for (size_t j = 0; j < keys.size(); ++j) {
            out[i] += weights[j] / total * v.at(keys[j], kv_head, i);
        }
    }
}

template <typename T> void test_attention(const char *what, unsigned n_shared, std::vector<unsigned> lens, bool is_last) {
    const int n_heads = 4, n_kv_heads = 2;
    std::vector<Sequence> sequences;
    unsigned n_rows = n_shared;
    if (n_shared > 0 && !is_last) {
        sequences.push_back({0, n_shared, 0});
    }
    for (unsigned len : lens) {
        sequences.push_back({n_rows, len, n_shared});
        n_rows += len;
    }
    const unsigned n_queries = is_last ? lens.size() : n_rows;
    // Strides wider than the heads, as where queries, keys and values lie side by side.
    const Heads<T> q{random<T>(n_queries * 1024, 0, 1.5f), 1024}, k{random<T>(n_rows * 1024, 0, 1.5f), 1024};
    const Heads<T> v{random<T>(n_rows * 768, 0, 1), 768};
    auto out = poisoned<T>(n_queries * n_heads * 128);
    const auto tiles = tiles_of(sequences, is_last);
    const float scale = static_cast<float>(1.4426950408889634 / std::sqrt(128));
    emulation::launch({unsigned(n_heads), unsigned(tiles.size() / 5)}, 128, [&] {
        attend(q.numbers.data(), k.numbers.data(), v.numbers.data(), tiles.data(), out.data(),
               Strides{q.stride, k.stride, v.stride}, n_heads / n_kv_heads, scale);
    });
    std::vector<double> wanted(out.size());
    for (size_t i = 0; i < sequences.size(); ++i) {
        const auto [start, n, seen] = sequences[i];
        std::vector<unsigned> keys;
        for (unsigned key = 0; key < seen; ++key) {
            keys.push_back(key);
        }
        for (unsigned query = 0; query < n; ++query) {
            keys.push_back(start + query);
            const size_t row = is_last ? i : start + query;
            for (int head = 0; head < n_heads && (!is_last || query + 1 == n); ++head) {
                attend_row(q, k, v, keys, row, head, head / 2, &wanted[(row * n_heads + head) * 128]);
            }
        }
    }
    compare(what, out, wanted);
}

template <typename T> void test_all() {
    test_attention<T>("attention, one token", 0, {1}, false);
    test_attention<T>("attention, short passages", 0, {3, 17, 64}, false);
    test_attention<T>("attention, shared part", 23, {1, 70, 64}, false);
    test_attention<T>("attention, long shared part", 130, {65, 200}, false);
    test_attention<T>("attention, last tokens", 23, {1, 41, 105}, true);
}

template <typename T> void test_rows() {
    test_add_norm<T>(3, 2560);
    test_add_norm<T>(2, 64);
    test_norm_rotate<T>(3, 6, 4, 6 * 128 + 256);
    test_norm_rotate<T>(2, 1, 0, 128);
    test_gate<T>(3, 9728 / 8);
}

} // namespace

int main() {
    test_rows<float>();
    test_rows<f16>();
    test_rows<bf16>();
    test_all<f16>();
    test_all<bf16>();
    std::printf("%d wrong\n", n_wrong);
    return n_wrong > 0;
}
