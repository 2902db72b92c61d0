//! How a document gets from the parent to its reader: as an open file, not as a path.
//!
//! So a reader needs no right to open anything. Unix only; elsewhere a reader opens the path that it
//! is told. Invariant: a request follows its file, and nothing follows a request before its answer.

#[cfg(unix)]
pub(super) use unix::{Inlet, Outlet};

#[cfg(not(unix))]
pub(super) use path::{Inlet, Outlet};

#[cfg(unix)]
mod unix {
    use std::{
        fs::File,
        io::{self, IoSlice, IoSliceMut, Read},
        mem::MaybeUninit,
        os::fd::{AsFd, OwnedFd},
        path::Path,
        process::Stdio,
    };

    use rustix::net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    };
    use tokio::{
        io::{AsyncWriteExt, Interest},
        net::UnixStream,
        process::{Child, Command},
    };

    /// The parent's end.
    #[derive(Debug)]
    pub(in crate::extract) struct Outlet(UnixStream);

    impl Outlet {
        /// Starts a reader whose standard input is the other end.
        pub(in crate::extract) fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
            let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
            ours.set_nonblocking(true)?;
            let child = command.stdin(Stdio::from(OwnedFd::from(theirs))).spawn()?;
            Ok((child, Self(UnixStream::from_std(ours)?)))
        }

        /// Hands over a file, then the request that is about it.
        pub(in crate::extract) async fn send(
            &mut self,
            file: &File,
            _path: &Path,
            request: &[u8],
        ) -> io::Result<()> {
            let pass_on = || {
                let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
                let mut control = SendAncillaryBuffer::new(&mut space);
                let files = [file.as_fd()];
                control.push(SendAncillaryMessage::ScmRights(&files));
                let sent = sendmsg(
                    &self.0,
                    // A message without content carries nothing.
                    &[IoSlice::new(&[0])],
                    &mut control,
                    SendFlags::NOSIGNAL,
                );
                Ok(sent?)
            };
            self.0.async_io(Interest::WRITABLE, pass_on).await?;
            self.0.write_all(request).await
        }
    }

    /// The reader's end: its standard input.
    #[derive(Debug)]
    pub(in crate::extract) struct Inlet;

    impl Inlet {
        /// Waits for the next file; `None` when the parent has closed its end.
        pub(in crate::extract) fn receive() -> io::Result<Option<File>> {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let mut byte = [0];
            let received = recvmsg(
                rustix::stdio::stdin(),
                &mut [IoSliceMut::new(&mut byte)],
                &mut control,
                RecvFlags::empty(),
            )?;
            if received.bytes == 0 {
                return Ok(None);
            }
            let files = control.drain().find_map(|message| match message {
                RecvAncillaryMessage::ScmRights(mut files) => files.next(),
                _ => None,
            });
            let file = files.ok_or_else(|| io::Error::other("a request came without its file"))?;
            Ok(Some(File::from(file)))
        }
    }

    impl Read for Inlet {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(rustix::io::read(rustix::stdio::stdin(), buffer)?)
        }
    }
}

#[cfg(not(unix))]
mod path {
    use std::{
        fs::File,
        io::{self, Read},
        path::{Path, PathBuf},
        process::Stdio,
    };

    use nuthatch_models::frame;
    use tokio::{
        io::AsyncWriteExt,
        process::{Child, ChildStdin, Command},
    };

    const MAX_PATH_BYTES: usize = 1 << 20;

    /// The parent's end.
    #[derive(Debug)]
    pub(in crate::extract) struct Outlet(ChildStdin);

    impl Outlet {
        /// Starts a reader whose standard input is the other end.
        pub(in crate::extract) fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
            let mut child = command.stdin(Stdio::piped()).spawn()?;
            let stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
            Ok((child, Self(stdin)))
        }

        /// Tells a file's path, then the request that is about it.
        pub(in crate::extract) async fn send(
            &mut self,
            _file: &File,
            path: &Path,
            request: &[u8],
        ) -> io::Result<()> {
            self.0.write_all(&frame::encode(&path)?).await?;
            self.0.write_all(request).await?;
            self.0.flush().await
        }
    }

    /// The reader's end: its standard input.
    #[derive(Debug)]
    pub(in crate::extract) struct Inlet;

    impl Inlet {
        /// Waits for the next file; `None` when the parent has closed its end.
        pub(in crate::extract) fn receive() -> io::Result<Option<File>> {
            match frame::read::<PathBuf>(&mut Self, MAX_PATH_BYTES)? {
                Some(path) => File::open(path).map(Some),
                None => Ok(None),
            }
        }
    }

    impl Read for Inlet {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            io::stdin().lock().read(buffer)
        }
    }
}
