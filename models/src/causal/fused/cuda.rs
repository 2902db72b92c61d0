//! Starts the kernels of `kernels/*.cu` on a card.
//!
//! Owns grids, blocks and the order of arguments, which the sources fix; knows nothing of what is
//! computed. Invariant: a kernel gets only what it may read: rows of whole packs that begin at a
//! multiple of 16 bytes, and every index that a tile names lies inside its tensors.

use candle_core::{
    CudaStorage, DType, Layout, Result, Shape, Storage, Tensor,
    backend::BackendStorage,
    bail,
    cuda_backend::{
        CudaDType, WrapErr,
        cudarc::driver::{CudaView, DeviceRepr, LaunchConfig, PushKernelArg},
    },
};
use half::{bf16, f16};

use super::{HEAD_DIM, Place, WIDTH};

const ROWS: (&str, &str) = (
    "nuthatch-rows",
    include_str!(concat!(env!("OUT_DIR"), "/rows.ptx")),
);
const ATTENTION: (&str, &str) = (
    "nuthatch-attention",
    include_str!(concat!(env!("OUT_DIR"), "/attention.ptx")),
);

type Placed<'a> = (&'a CudaStorage, &'a Layout);

/// A format that the kernels have a version for.
trait Number: CudaDType + DeviceRepr {
    const NAME: &'static str;
}

impl Number for f32 {
    const NAME: &'static str = "f32";
}

impl Number for f16 {
    const NAME: &'static str = "f16";
}

impl Number for bf16 {
    const NAME: &'static str = "bf16";
}

fn grid(x: usize, y: usize, threads: u32) -> LaunchConfig {
    LaunchConfig {
        grid_dim: (x as u32, y as u32, 1),
        block_dim: (threads, 1, 1),
        shared_mem_bytes: 0,
    }
}

/// A kernel's name in its source.
fn name<T: Number>(kernel: &str) -> String {
    format!("{kernel}_{}", T::NAME)
}

/// Where a tensor without gaps begins; the kernels read it 16 bytes at a time.
fn start(layout: &Layout) -> Result<usize> {
    match layout.contiguous_offsets() {
        Some((start, _)) if start.is_multiple_of(WIDTH) => Ok(start),
        _ => bail!("a kernel cannot read a tensor that lies like {layout:?}"),
    }
}

/// A tensor without gaps, as the kernels are given it.
fn view<T: Number>((storage, layout): Placed<'_>) -> Result<CudaView<'_, T>> {
    Ok(storage.as_cuda_slice::<T>()?.slice(start(layout)?..))
}

fn check_heads(heads: &Place) -> Result<()> {
    let begins = [heads.offset, heads.stride];
    if heads.head_dim != HEAD_DIM || begins.iter().any(|at| !at.is_multiple_of(WIDTH)) {
        bail!(
            "a kernel cannot read heads of {} numbers that lie like this",
            heads.head_dim
        );
    }
    Ok(())
}

pub(super) fn add_norm(inputs: [Placed<'_>; 3], eps: f32) -> Result<(CudaStorage, Shape)> {
    match inputs[0].0.dtype() {
        DType::F32 => add_norm_of::<f32>(inputs, eps),
        DType::F16 => add_norm_of::<f16>(inputs, eps),
        DType::BF16 => add_norm_of::<bf16>(inputs, eps),
        other => bail!("no kernel norms {other:?}"),
    }
}

fn add_norm_of<T: Number>(
    [x, y, factors]: [Placed<'_>; 3],
    eps: f32,
) -> Result<(CudaStorage, Shape)> {
    let (n_rows, width) = x.1.shape().dims2()?;
    if y.1.dims() != x.1.dims() || factors.1.dims() != [width] {
        bail!("rows, what is added and factors do not fit together");
    }
    let device = x.0.device();
    let (x, y, factors) = (view::<T>(x)?, view::<T>(y)?, view::<T>(factors)?);
    #[expect(unsafe_code, reason = "every number is written by the kernel")]
    let mut out = unsafe { device.alloc::<T>(2 * n_rows * width) }?;
    let (mut sums, mut normed) = out.split_at_mut(n_rows * width);
    let kernel = device.get_or_load_custom_func(&name::<T>("add_norm"), ROWS.0, ROWS.1)?;
    let mut launch = kernel.builder();
    let width_number = width as i32;
    launch
        .arg(&x)
        .arg(&y)
        .arg(&factors)
        .arg(&mut sums)
        .arg(&mut normed);
    launch.arg(&width_number).arg(&eps);
    #[expect(unsafe_code, reason = "the arguments are those of add_norm in rows.cu")]
    unsafe { launch.launch(grid(n_rows, 1, 256)) }.w()?;
    let dims = Shape::from((2, n_rows, width));
    Ok((CudaStorage::wrap_cuda_slice(out, device.clone()), dims))
}

pub(super) fn norm_rotate(
    heads: (&CudaStorage, Place),
    others: [Placed<'_>; 2],
    numbers: (usize, f32),
) -> Result<(CudaStorage, Shape)> {
    match heads.0.dtype() {
        DType::F32 => norm_rotate_of::<f32>(heads, others, numbers),
        DType::F16 => norm_rotate_of::<f16>(heads, others, numbers),
        DType::BF16 => norm_rotate_of::<bf16>(heads, others, numbers),
        other => bail!("no kernel rotates {other:?}"),
    }
}

fn norm_rotate_of<T: Number>(
    (storage, place): (&CudaStorage, Place),
    [factors, angles]: [Placed<'_>; 2],
    (n_first, eps): (usize, f32),
) -> Result<(CudaStorage, Shape)> {
    check_heads(&place)?;
    if factors.1.dims() != [2, HEAD_DIM] || angles.1.dims() != [place.n_rows, HEAD_DIM] {
        bail!("heads, factors and angles do not fit together");
    }
    let device = storage.device();
    let heads = storage.as_cuda_slice::<T>()?.slice(place.offset..);
    let factors = view::<T>(factors)?;
    let angles = view::<f32>(angles)?;
    let (n_rows, n_heads) = (place.n_rows, place.n_heads);
    #[expect(unsafe_code, reason = "every number is written by the kernel")]
    let mut out = unsafe { device.alloc::<T>(n_rows * n_heads * HEAD_DIM) }?;
    let kernel = device.get_or_load_custom_func(&name::<T>("norm_rotate"), ROWS.0, ROWS.1)?;
    let mut launch = kernel.builder();
    let numbers = [place.stride, n_heads, n_first].map(|number| number as i32);
    launch.arg(&heads).arg(&factors).arg(&angles).arg(&mut out);
    launch
        .arg(&numbers[0])
        .arg(&numbers[1])
        .arg(&numbers[2])
        .arg(&eps);
    #[expect(
        unsafe_code,
        reason = "the arguments are those of norm_rotate in rows.cu"
    )]
    unsafe { launch.launch(grid(n_rows, n_heads.div_ceil(4), 128)) }.w()?;
    let dims = Shape::from((n_rows, n_heads, HEAD_DIM));
    Ok((CudaStorage::wrap_cuda_slice(out, device.clone()), dims))
}

pub(super) fn gate(storage: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
    match storage.dtype() {
        DType::F32 => gate_of::<f32>(storage, layout),
        DType::F16 => gate_of::<f16>(storage, layout),
        DType::BF16 => gate_of::<bf16>(storage, layout),
        other => bail!("no kernel gates {other:?}"),
    }
}

fn gate_of<T: Number>(storage: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
    let (n_rows, both) = layout.shape().dims2()?;
    let width = both / 2;
    let device = storage.device();
    let gate_up = storage.as_cuda_slice::<T>()?.slice(start(layout)?..);
    #[expect(unsafe_code, reason = "every number is written by the kernel")]
    let mut out = unsafe { device.alloc::<T>(n_rows * width) }?;
    let kernel = device.get_or_load_custom_func(&name::<T>("gate"), ROWS.0, ROWS.1)?;
    let mut launch = kernel.builder();
    let n_packs = n_rows * width * size_of::<T>() / 16;
    let width_number = width as i32;
    launch
        .arg(&gate_up)
        .arg(&mut out)
        .arg(&n_packs)
        .arg(&width_number);
    #[expect(unsafe_code, reason = "the arguments are those of gate in rows.cu")]
    unsafe { launch.launch(grid(n_packs.div_ceil(256), 1, 256)) }.w()?;
    let dims = Shape::from((n_rows, width));
    Ok((CudaStorage::wrap_cuda_slice(out, device.clone()), dims))
}

pub(super) fn attend(
    q: (&CudaStorage, Place),
    k: (&CudaStorage, Place),
    v: (&CudaStorage, Place),
    tiles: &Tensor,
) -> Result<(CudaStorage, Shape)> {
    match q.0.dtype() {
        DType::F16 => attend_of::<f16>(q, k, v, tiles),
        DType::BF16 => attend_of::<bf16>(q, k, v, tiles),
        other => bail!("no kernel attends in {other:?}"),
    }
}

fn attend_of<T: Number>(
    (q, q_place): (&CudaStorage, Place),
    (k, k_place): (&CudaStorage, Place),
    (v, v_place): (&CudaStorage, Place),
    tiles: &Tensor,
) -> Result<(CudaStorage, Shape)> {
    for place in [&q_place, &k_place, &v_place] {
        check_heads(place)?;
    }
    let (n_rows, n_heads) = (q_place.n_rows, q_place.n_heads);
    let (n_tiles, _) = tiles.dims2()?;
    let device = q.device();
    let q = q.as_cuda_slice::<T>()?.slice(q_place.offset..);
    let k = k.as_cuda_slice::<T>()?.slice(k_place.offset..);
    let v = v.as_cuda_slice::<T>()?.slice(v_place.offset..);
    let (tiles, tiles_layout) = tiles.storage_and_layout();
    let Storage::Cuda(tiles) = &*tiles else {
        bail!("the tiles are not on the card");
    };
    let tiles = tiles.as_cuda_slice::<u32>()?.slice(start(tiles_layout)?..);
    #[expect(
        unsafe_code,
        reason = "the tiles cover every query's row, and the kernel writes those"
    )]
    let mut out = unsafe { device.alloc::<T>(n_rows * n_heads * HEAD_DIM) }?;
    let kernel = device.get_or_load_custom_func(&name::<T>("attend"), ATTENTION.0, ATTENTION.1)?;
    let mut launch = kernel.builder();
    let n_groups = n_heads / k_place.n_heads.max(1);
    let numbers = [q_place.stride, k_place.stride, v_place.stride, n_groups];
    let numbers = numbers.map(|number| number as i32);
    let scale = std::f32::consts::LOG2_E / (HEAD_DIM as f32).sqrt();
    launch.arg(&q).arg(&k).arg(&v).arg(&tiles).arg(&mut out);
    launch.arg(&numbers[0]).arg(&numbers[1]).arg(&numbers[2]);
    launch.arg(&numbers[3]).arg(&scale);
    #[expect(
        unsafe_code,
        reason = "the arguments are those of attend in attention.cu"
    )]
    unsafe { launch.launch(grid(n_heads, n_tiles, 128)) }.w()?;
    let dims = Shape::from((n_rows, n_heads * HEAD_DIM));
    Ok((CudaStorage::wrap_cuda_slice(out, device.clone()), dims))
}
