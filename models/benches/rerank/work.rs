//! The models' shapes, and how many operations a step has to compute.

use anyhow::bail;
use nuthatch_models::causal::{Options, Shape};

use crate::passages::Passages;

pub(crate) fn shape(name: &str) -> anyhow::Result<Shape> {
    let (n_layers, hidden, intermediate, n_heads) = match name {
        "0.6b" => (28, 1024, 3072, 16),
        "1.7b" => (28, 2048, 6144, 16),
        "4b" => (36, 2560, 9728, 32),
        _ => bail!("no shape is called {name}"),
    };
    Ok(Shape {
        n_layers,
        hidden,
        intermediate,
        n_heads,
        n_kv_heads: 8,
        head_dim: 128,
        vocabulary: 151_936,
        max_positions: 40_960,
        rope_theta: 1e6,
        rms_eps: 1e-6,
        is_tied: true,
    })
}

/// Of a query: products with weights, and attention. What is shared counts once; padding, norms and
/// the like do not count.
pub(crate) fn operations(shape: &Shape, passages: &Passages, options: &Options) -> f64 {
    let n_layers = shape.n_layers as f64;
    let n_full = n_layers - f64::from(u8::from(options.is_last_layer_cut));
    let mut total = n_full * layer(shape, passages, options);
    if options.is_last_layer_cut {
        total += last_layer(shape, passages, options);
    }
    let n_answers = if options.is_full_head {
        shape.vocabulary
    } else {
        passages.wanted.len()
    };
    total + 2.0 * (passages.own.len() * n_answers * shape.hidden) as f64
}

fn rows(passages: &Passages, options: &Options) -> f64 {
    let own: usize = passages.own.iter().map(Vec::len).sum();
    let n_shared = if options.is_prefix_shared {
        1
    } else {
        passages.own.len()
    };
    (own + n_shared * passages.shared.len()) as f64
}

fn widths(shape: &Shape) -> (f64, f64, f64) {
    let q = (shape.n_heads * shape.head_dim) as f64;
    let kv = (shape.n_kv_heads * shape.head_dim) as f64;
    (shape.hidden as f64, q, kv)
}

fn layer(shape: &Shape, passages: &Passages, options: &Options) -> f64 {
    let (hidden, q, kv) = widths(shape);
    let weights = hidden * (2.0 * q + 2.0 * kv + 3.0 * shape.intermediate as f64);
    let triangle = |n: usize| (n * (n + 1) / 2) as f64;
    let n_shared = passages.shared.len();
    let own = |own: &Vec<u32>| triangle(n_shared + own.len()) - triangle(n_shared);
    let mut pairs: f64 = passages.own.iter().map(own).sum();
    let n_shared_parts = rows(passages, options) - rows_of_own(passages);
    if n_shared > 0 {
        pairs += n_shared_parts / n_shared as f64 * triangle(n_shared);
    }
    2.0 * rows(passages, options) * weights + 4.0 * pairs * q
}

fn last_layer(shape: &Shape, passages: &Passages, options: &Options) -> f64 {
    let (hidden, q, kv) = widths(shape);
    let for_keys = 2.0 * rows(passages, options) * hidden * 2.0 * kv;
    let for_answers = hidden * (2.0 * q + 3.0 * shape.intermediate as f64);
    let n = passages.own.len() as f64;
    for_keys + 2.0 * n * for_answers + 4.0 * passages.n_tokens() as f64 * q
}

fn rows_of_own(passages: &Passages) -> f64 {
    let n: usize = passages.own.iter().map(Vec::len).sum();
    n as f64
}
