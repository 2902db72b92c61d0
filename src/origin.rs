//! Where models are downloaded from, as both programs are told: arguments and environment variables.
//!
//! An edge, since it decodes; it stands apart because the window and the command line share it.
//! Invariant: what is secret in it is never printed.

use std::path::PathBuf;

use clap::Args;
use nuthatch_models::install::{self, Source};

/// Where models are downloaded from.
#[derive(Args)]
pub struct Origin {
    /// The Hub's address, or a mirror's
    #[arg(long, env = "NUTHATCH_MODELS_URL", default_value = install::HUB)]
    url: String,
    /// Access token for the Hub
    #[arg(long, env = "HF_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// The proxy's address
    #[arg(long, env = "HTTPS_PROXY", hide_env_values = true)]
    proxy: Option<String>,
    /// Hosts that are reached without it, separated by commas
    #[arg(long, env = "NO_PROXY", value_name = "HOSTS")]
    no_proxy: Option<String>,
    /// Certificates in PEM that are trusted instead of the usual ones
    #[arg(long, env = "NUTHATCH_CA_FILE", value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// Without what is secret in it.
impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Origin")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Origin {
    /// The same for who downloads; an empty variable counts as none.
    pub fn source(self) -> Source {
        let set = |value: Option<String>| value.filter(|value| !value.is_empty());
        Source {
            token: set(self.token),
            proxy: set(self.proxy),
            no_proxy: set(self.no_proxy),
            ca_file: self.ca_file.filter(|path| !path.as_os_str().is_empty()),
            ..Source::new(set(Some(self.url)).unwrap_or(install::HUB.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_none() {
        let origin = Origin {
            url: String::new(),
            token: Some(String::new()),
            proxy: Some(String::new()),
            no_proxy: None,
            ca_file: Some(PathBuf::new()),
        };
        let source = origin.source();
        assert_eq!(source.base_url, install::HUB);
        assert!(source.token.is_none() && source.proxy.is_none() && source.ca_file.is_none());
    }
}
