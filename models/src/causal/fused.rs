//! Several steps of a layer at once, by kernels of our own on NVIDIA's cards.
//!
//! Owns what each kernel is given and gives, and where there is one; `kernels/*.cu` computes it
//! there, `fused/cuda.rs` starts it, and `fused/reference.rs` computes the same in plain loops, which
//! says what is meant and lets tests run everything around the kernels without a card.
//! Knows no weights and no order of steps: those are `layer.rs`.
//! Invariant: a step is asked for only where [`Fused::of`] said that it can be computed.

#[cfg(feature = "cuda")]
mod cuda;
mod reference;

#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp3, DType, Device, Layout, Result, Shape as Dims, Tensor, bail,
};

use super::{Kernels, Shape, packing::Packing};

/// Queries that one block of the attention kernel computes; `kernels/attention.cu` has the same.
const TILE: usize = 64;

/// The only width of a head that the kernels know: every Qwen3's.
const HEAD_DIM: usize = 128;

/// Numbers that the kernels read at once; every row must be a whole number of them.
const WIDTH: usize = 8;

/// Which steps are fused in a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fused {
    pub(super) elementwise: bool,
    pub(super) attention: bool,
}

impl Fused {
    /// What of the wanted is there for this model on this device.
    pub(super) fn of(wanted: Kernels, shape: &Shape, dtype: DType, device: &Device) -> Self {
        let is_reference = device.is_cpu() && dtype == DType::F32 && wanted == Kernels::Reference;
        let is_wide = shape.hidden.is_multiple_of(WIDTH)
            && shape.intermediate.is_multiple_of(WIDTH)
            && shape.head_dim == HEAD_DIM;
        let is_float = matches!(dtype, DType::F32 | DType::F16 | DType::BF16);
        let has_kernels = device.is_cuda() && is_wide && is_float;
        Self {
            elementwise: is_reference || (has_kernels && wanted != Kernels::Off),
            // Tensor cores have no f32 to multiply in.
            attention: is_reference
                || (has_kernels
                    && dtype != DType::F32
                    && matches!(wanted, Kernels::Attention | Kernels::Reference)),
        }
    }
}

/// `x` + `y`, and its RMS norm times `factors`: each (rows, width).
pub(super) fn add_norm(
    x: &Tensor,
    y: &Tensor,
    factors: &Tensor,
    eps: f32,
) -> Result<(Tensor, Tensor)> {
    let both = x.apply_op3_no_bwd(y, factors, &AddNorm { eps })?;
    Ok((both.get(0)?, both.get(1)?))
}

/// Norms each head (rows, heads, `head_dim`) over its own width, by the first row of `factors`
/// (2, `head_dim`) up to head `n_first` and by the second from there on, and rotates it by `angles`
/// (rows, cosines then sines, in f32).
pub(super) fn norm_rotate(
    heads: &Tensor,
    factors: &Tensor,
    angles: &Tensor,
    n_first: usize,
    eps: f32,
) -> Result<Tensor> {
    heads.apply_op3_no_bwd(factors, angles, &NormRotate { n_first, eps })
}

/// `SiLU` of the left half of each row times the right one.
pub(super) fn gate(gate_up: &Tensor) -> Result<Tensor> {
    gate_up.apply_op1_no_bwd(&Gate)
}

/// Which queries see which keys: up to [`TILE`] neighbouring queries of one passage each.
pub(super) struct Tiles {
    /// (tiles, 5): see [`Tile::numbers`].
    tiles: Tensor,
}

/// Neighbouring queries of one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tile {
    /// The first query's row, and how many follow.
    row: usize,
    n_queries: usize,
    /// Keys `0..n_shared` are seen by all queries; then come the rows from `own_start` on, of which
    /// the first query sees `first` + 1 and every further one 1 more.
    n_shared: usize,
    own_start: usize,
    first: usize,
}

impl Tile {
    fn numbers(self) -> [u32; 5] {
        [
            self.row,
            self.n_queries,
            self.n_shared,
            self.own_start,
            self.first,
        ]
        .map(|number| number as u32)
    }
}

impl Tiles {
    /// Every row attends.
    pub(super) fn all(packing: &Packing, device: &Device) -> Result<Self> {
        let n_shared = packing.n_shared;
        let mut tiles = tiles(0, n_shared, 0);
        for own in &packing.own {
            tiles.extend(self::tiles(own.start, own.len(), n_shared));
        }
        Self::new(tiles, device)
    }

    /// Each passage's last row attends, the queries standing in the passages' order.
    pub(super) fn last(packing: &Packing, device: &Device) -> Result<Self> {
        let ends = packing.own.iter().zip(&packing.last).enumerate();
        let tile = |(i, (own, &last)): (usize, (&std::ops::Range<usize>, &u32))| Tile {
            row: i,
            n_queries: 1,
            n_shared: packing.n_shared,
            own_start: own.start,
            first: last as usize - own.start,
        };
        Self::new(ends.map(tile).collect(), device)
    }

    fn new(mut tiles: Vec<Tile>, device: &Device) -> Result<Self> {
        // The longest first: what is started last decides when all are done.
        tiles.sort_by_key(|tile| std::cmp::Reverse(tile.n_shared + tile.first + tile.n_queries));
        let numbers: Vec<u32> = tiles.iter().flat_map(|tile| tile.numbers()).collect();
        let tiles = Tensor::from_vec(numbers, (tiles.len(), 5), device)?;
        Ok(Self { tiles })
    }

    /// `q` (rows, heads, `head_dim`), `k` and `v` (rows, kv heads, `head_dim`)
    /// to (query rows, heads · `head_dim`).
    pub(super) fn attend(&self, q: &Tensor, k: &Tensor, v: &Tensor) -> Result<Tensor> {
        let tiles = self.tiles.clone();
        q.apply_op3_no_bwd(k, v, &Attend { tiles })
    }
}

/// A sequence cut into tiles.
fn tiles(start: usize, len: usize, n_shared: usize) -> Vec<Tile> {
    let tile = |first| Tile {
        row: start + first,
        n_queries: TILE.min(len - first),
        n_shared,
        own_start: start,
        first,
    };
    (0..len).step_by(TILE).map(tile).collect()
}

struct AddNorm {
    eps: f32,
}

struct NormRotate {
    n_first: usize,
    eps: f32,
}

struct Gate;

struct Attend {
    tiles: Tensor,
}

/// Where a tensor's heads lie: (rows, heads, `head_dim`), the heads of a row side by side.
#[derive(Clone, Copy)]
struct Place {
    offset: usize,
    n_rows: usize,
    n_heads: usize,
    head_dim: usize,
    /// From row to row.
    stride: usize,
}

impl Place {
    fn of(layout: &Layout) -> Result<Self> {
        let (n_rows, n_heads, head_dim) = layout.shape().dims3()?;
        match *layout.stride() {
            [stride, between, 1] if between == head_dim || n_heads == 1 => Ok(Self {
                offset: layout.start_offset(),
                n_rows,
                n_heads,
                head_dim,
                stride,
            }),
            _ => bail!("the heads of a row do not lie side by side: {layout:?}"),
        }
    }
}

impl CustomOp3 for AddNorm {
    fn name(&self) -> &'static str {
        "add-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        y: &CpuStorage,
        y_layout: &Layout,
        factors: &CpuStorage,
        factors_layout: &Layout,
    ) -> Result<(CpuStorage, Dims)> {
        let x = reference::Numbers::new(x, x_layout)?;
        let y = reference::Numbers::new(y, y_layout)?;
        let factors = reference::Numbers::new(factors, factors_layout)?;
        Ok(reference::add_norm(x, y, factors, self.eps))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        y: &CudaStorage,
        y_layout: &Layout,
        factors: &CudaStorage,
        factors_layout: &Layout,
    ) -> Result<(CudaStorage, Dims)> {
        let inputs = [(x, x_layout), (y, y_layout), (factors, factors_layout)];
        cuda::add_norm(inputs, self.eps)
    }
}

impl CustomOp3 for NormRotate {
    fn name(&self) -> &'static str {
        "norm-rotate"
    }

    fn cpu_fwd(
        &self,
        heads: &CpuStorage,
        heads_layout: &Layout,
        factors: &CpuStorage,
        factors_layout: &Layout,
        angles: &CpuStorage,
        angles_layout: &Layout,
    ) -> Result<(CpuStorage, Dims)> {
        let place = Place::of(heads_layout)?;
        let heads = heads.as_slice()?;
        let factors = reference::Numbers::new(factors, factors_layout)?;
        let angles = reference::Numbers::new(angles, angles_layout)?;
        let numbers = (self.n_first, self.eps);
        Ok(reference::norm_rotate(
            (heads, place),
            factors,
            angles,
            numbers,
        ))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        heads: &CudaStorage,
        heads_layout: &Layout,
        factors: &CudaStorage,
        factors_layout: &Layout,
        angles: &CudaStorage,
        angles_layout: &Layout,
    ) -> Result<(CudaStorage, Dims)> {
        let place = Place::of(heads_layout)?;
        let others = [(factors, factors_layout), (angles, angles_layout)];
        cuda::norm_rotate((heads, place), others, (self.n_first, self.eps))
    }
}

impl CustomOp1 for Gate {
    fn name(&self) -> &'static str {
        "gate"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Dims)> {
        Ok(reference::gate(reference::Numbers::new(x, layout)?))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, x: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Dims)> {
        cuda::gate(x, layout)
    }
}

impl CustomOp3 for Attend {
    fn name(&self) -> &'static str {
        "attend"
    }

    fn cpu_fwd(
        &self,
        q: &CpuStorage,
        q_layout: &Layout,
        k: &CpuStorage,
        k_layout: &Layout,
        v: &CpuStorage,
        v_layout: &Layout,
    ) -> Result<(CpuStorage, Dims)> {
        let q = (q.as_slice()?, Place::of(q_layout)?);
        let k = (k.as_slice()?, Place::of(k_layout)?);
        let v = (v.as_slice()?, Place::of(v_layout)?);
        reference::attend(q, k, v, &self.tiles.to_vec2()?)
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        q: &CudaStorage,
        q_layout: &Layout,
        k: &CudaStorage,
        k_layout: &Layout,
        v: &CudaStorage,
        v_layout: &Layout,
    ) -> Result<(CudaStorage, Dims)> {
        let q = (q, Place::of(q_layout)?);
        let k = (k, Place::of(k_layout)?);
        let v = (v, Place::of(v_layout)?);
        cuda::attend(q, k, v, &self.tiles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_cut_into_tiles_that_each_know_where_they_begin() {
        let cut = tiles(10, TILE + 3, 7);
        let rows: Vec<_> = cut
            .iter()
            .map(|tile| (tile.row, tile.n_queries, tile.own_start, tile.first))
            .collect();
        assert_eq!(rows, [(10, TILE, 10, 0), (10 + TILE, 3, 10, TILE)]);
        assert!(tiles(0, 0, 0).is_empty());
    }

    #[test]
    fn a_last_token_sees_what_stands_before_it_and_no_padding() {
        let packing = Packing::new(&[1, 2], &[&[3, 4, 5], &[6]], true);
        let tiles = Tiles::last(&packing, &Device::Cpu).unwrap();
        let numbers = tiles.tiles.to_vec2::<u32>().unwrap();
        assert_eq!(numbers, [[0, 1, 2, 2, 2], [1, 1, 2, 5, 0]]);
    }

    #[test]
    fn heads_must_lie_side_by_side() {
        let heads = Tensor::zeros((2, 6, 4), DType::F32, &Device::Cpu).unwrap();
        let some = heads.narrow(1, 3, 2).unwrap();
        let place = Place::of(some.layout()).unwrap();
        assert_eq!((place.offset, place.stride, place.n_heads), (12, 24, 2));
        assert!(Place::of(heads.transpose(0, 1).unwrap().layout()).is_err());
    }
}
