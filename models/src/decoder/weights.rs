//! A GGUF file's tensors, checked by name and shape as they are taken.
//!
//! Knows nothing of what is computed with them. Invariant: a tensor that is missing or has another
//! shape is an error on loading, and so is one that nobody took: it would have been left out of the
//! arithmetic.

use std::{
    collections::BTreeSet,
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::Arc,
};

use candle_core::{
    Device, Tensor,
    quantized::{QTensor, gguf_file::Content},
};

use super::{Error, Shape, matrix::Matrix};

/// An open file with what is known of it.
pub struct Weights {
    path: PathBuf,
    file: BufReader<File>,
    content: Content,
    taken: BTreeSet<String>,
    device: Device,
}

impl Weights {
    /// Opens the only GGUF file of a folder and reads its metadata.
    pub fn open(directory: &Path, device: &Device) -> Result<Self, Error> {
        let path = only_gguf(directory)?;
        let file = File::open(&path).map_err(|source| Error::unreadable(&path, source))?;
        let mut file = BufReader::new(file);
        let content = Content::read(&mut file)
            .map_err(|error| Error::malformed(&path, first_line(&error.to_string())))?;
        Ok(Self {
            path,
            file,
            content,
            taken: BTreeSet::new(),
            device: device.clone(),
        })
    }

    /// Everything but the tensors.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// That the file cannot be used.
    pub fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(&self.path, reason)
    }

    /// The measures of the model.
    pub fn shape(&self) -> Result<Shape, Error> {
        Shape::from_gguf(&self.content).map_err(|reason| self.malformed(reason))
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.content.tensor_infos.contains_key(name)
    }

    /// A table or matrix of this height and width.
    pub(super) fn table(&mut self, name: &str, dims: [usize; 2]) -> Result<Arc<QTensor>, Error> {
        self.tensor(name, &dims).map(Arc::new)
    }

    pub(super) fn matrix(&mut self, name: &str, dims: [usize; 2]) -> Result<Matrix, Error> {
        let table = self.table(name, dims)?;
        Ok(Matrix::new(table, &self.device)?)
    }

    /// A row of plain numbers: the factors of a norm, a bias.
    pub(super) fn row(&mut self, name: &str, width: usize) -> Result<Tensor, Error> {
        let row = self.tensor(name, &[width])?;
        Ok(row.dequantize(&self.device)?)
    }

    fn tensor(&mut self, name: &str, dims: &[usize]) -> Result<QTensor, Error> {
        if !self.has(name) {
            return Err(self.malformed(format!("it has no {name}")));
        }
        self.taken.insert(name.to_owned());
        let tensor = self.content.tensor(&mut self.file, name, &self.device)?;
        if tensor.shape().dims() == dims {
            return Ok(tensor);
        }
        Err(Error::Tensor {
            name: name.to_owned(),
            found: tensor.shape().dims().to_vec(),
            wanted: dims.to_vec(),
        })
    }

    /// Refuses a file with tensors that nobody took.
    pub(super) fn all_taken(&self) -> Result<(), Error> {
        let mut names = self.content.tensor_infos.keys();
        match names.find(|&name| !self.taken.contains(name)) {
            Some(name) => Err(self.malformed(format!("its tensor {name} is not supported"))),
            None => Ok(()),
        }
    }
}

/// candle adds a stack trace to its errors where there is one.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn only_gguf(directory: &Path) -> Result<PathBuf, Error> {
    let unreadable = |source| Error::unreadable(directory, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|ending| ending == "gguf") {
            found.push(path);
        }
    }
    match (found.pop(), found.is_empty()) {
        (Some(path), true) => Ok(path),
        (Some(_), false) => Err(Error::malformed(directory, "it holds several GGUF files")),
        (None, _) => Err(Error::malformed(directory, "it holds no GGUF file")),
    }
}
