//! Length-prefixed messages between a parent and its child process over a pair of pipes.
//!
//! A frame is a little-endian `u32` byte count followed by that many bytes of postcard.
//! The format carries no version: both ends are built together, which `nuthatch-models` proves with
//! its first frame.
//! Invariant: a frame longer than the reader's limit is an error before anything is allocated.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

/// A message as a frame, prefix included.
pub fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let n_bytes = u32::try_from(frame.len() - 4).map_err(io::Error::other)?;
    frame[..4].copy_from_slice(&n_bytes.to_le_bytes());
    Ok(frame)
}

/// Writes one message and flushes it.
pub fn write<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    to.write_all(&encode(message)?)?;
    to.flush()
}

/// Length of the body that a prefix announces.
pub fn body_len(prefix: [u8; 4], max_bytes: usize) -> io::Result<usize> {
    let n_bytes = u32::from_le_bytes(prefix) as usize;
    if n_bytes > max_bytes {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of {n_bytes} bytes is over the limit of {max_bytes}"),
        ));
    }
    Ok(n_bytes)
}

/// A message out of a frame's body.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    postcard::from_bytes(body).map_err(io::Error::other)
}

/// Reads one message of at most `max_bytes`; `None` when the other side has closed the pipe.
pub fn read<T: DeserializeOwned>(from: &mut impl Read, max_bytes: usize) -> io::Result<Option<T>> {
    read_body(from, max_bytes)?
        .as_deref()
        .map(decode)
        .transpose()
}

/// Reads the body of one frame, whatever is in it.
pub(crate) fn read_body(from: &mut impl Read, max_bytes: usize) -> io::Result<Option<Vec<u8>>> {
    let mut prefix = [0; 4];
    match from.read_exact(&mut prefix) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut body = vec![0; body_len(prefix, max_bytes)?];
    from.read_exact(&mut body)?;
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_as_they_went_in_and_the_end_is_not_an_error() {
        let mut pipe = Vec::new();
        write(&mut pipe, &("über", 7_u32)).unwrap();
        write(&mut pipe, &("", 0_u32)).unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(
            read::<(String, u32)>(&mut from, 100).unwrap(),
            Some(("über".into(), 7))
        );
        assert_eq!(
            read::<(String, u32)>(&mut from, 100).unwrap(),
            Some((String::new(), 0))
        );
        assert_eq!(read::<(String, u32)>(&mut from, 100).unwrap(), None);
    }

    #[test]
    fn a_message_over_the_limit_is_refused_before_it_is_read() {
        let mut from: &[u8] = &[0xff, 0xff, 0xff, 0x7f, 1, 2, 3];
        assert!(read::<String>(&mut from, 1024).is_err());
    }
}
