//! A table of which only the rows in use are ever turned into tensors: the embedding, the head.
//!
//! The table of a 4B model has 152,000 rows and 778 MB; a query touches a few thousand rows of
//! the one and one or two of the other. So beside a processor it stays in the mapped file, or
//! quantised in memory; a graphics card holds it, since it waits for whatever is sent to it.
//! Knows no model. Invariant: an id past the table's end is an error, never another row.

use std::sync::Arc;

use candle_core::{
    DType, Device, Tensor,
    quantized::{QTensor, ggml_file::qtensor_from_ggml},
    safetensors::MmapedSafetensors,
};

use super::Error;

/// A table (`height`, `width`).
pub(super) struct Rows {
    table: Table,
    height: usize,
    width: usize,
}

enum Table {
    Mapped {
        files: Arc<MmapedSafetensors>,
        name: String,
    },
    Quantised(QTensor),
    /// On whatever device.
    Loaded(Tensor),
}

impl Rows {
    /// A tensor of memory-mapped files; its shape was checked.
    pub(super) fn mapped(files: Arc<MmapedSafetensors>, name: String, dims: [usize; 2]) -> Self {
        let [height, width] = dims;
        let table = Table::Mapped { files, name };
        Self {
            table,
            height,
            width,
        }
    }

    /// A quantised tensor on the host; its shape was checked.
    pub(super) fn quantised(table: QTensor, dims: [usize; 2]) -> Self {
        let [height, width] = dims;
        let table = Table::Quantised(table);
        Self {
            table,
            height,
            width,
        }
    }

    /// A tensor of this shape, wherever it lies.
    pub(super) fn loaded(table: Tensor, dims: [usize; 2]) -> Self {
        let [height, width] = dims;
        let table = Table::Loaded(table);
        Self {
            table,
            height,
            width,
        }
    }

    /// The rows `ids`, in order, as (`ids.len()`, width) in `dtype` on `device`.
    pub(super) fn select(
        &self,
        ids: &[u32],
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor, Error> {
        if let Some(&id) = ids.iter().find(|&&id| id as usize >= self.height) {
            return Err(Error::UnknownToken { id });
        }
        let dims = [ids.len(), self.width];
        let rows = match &self.table {
            Table::Mapped { files, name } => {
                let table = files.get(name)?;
                let bytes = self.gather(table.data(), ids);
                let stored = DType::try_from(table.dtype())?;
                Tensor::from_raw_buffer(&bytes, stored, &dims, &Device::Cpu)?
            }
            // A row is a whole number of blocks: GGUF quantises along rows.
            Table::Quantised(table) => {
                let bytes = self.gather(&table.data()?, ids);
                qtensor_from_ggml(table.dtype(), &bytes, dims.to_vec(), &Device::Cpu)?
                    .dequantize(&Device::Cpu)?
            }
            Table::Loaded(table) => {
                let ids = Tensor::new(ids, table.device())?;
                table.index_select(&ids, 0)?
            }
        };
        Ok(rows.to_dtype(dtype)?.to_device(device)?)
    }

    /// All rows, for the arithmetic that nobody needs but a measurement of what leaving it out saves.
    pub(super) fn all(&self, dtype: DType, device: &Device) -> Result<Tensor, Error> {
        let ids: Vec<u32> = (0..self.height as u32).collect();
        self.select(&ids, dtype, device)
    }

    fn gather(&self, table: &[u8], ids: &[u32]) -> Vec<u8> {
        let row_bytes = table.len() / self.height;
        let row = |&id: &u32| {
            let start = id as usize * row_bytes;
            table.get(start..start + row_bytes).unwrap_or_default()
        };
        ids.iter().map(row).collect::<Vec<_>>().concat()
    }
}
