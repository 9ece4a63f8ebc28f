//! Whom we believe: the system's certificate authorities and those of `ca_file`, with ring as the
//! one provider of cryptography, the same as for HTTP.
//!
//! There is no way to switch the checks off.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::settings::{Security, SettingsError, SmtpSettings};

/// How the line is guarded. The trust comes with the way, so that no way can lack it.
pub(super) enum Guard {
    /// Not at all; only towards this machine.
    Clear,
    /// Begin in clear, switch, go on only then.
    StartTls(Trust),
    /// TLS from the first byte.
    Implicit(Trust),
}

impl Guard {
    pub(super) fn of(settings: &SmtpSettings) -> Result<Self, SettingsError> {
        Ok(match settings.security {
            Security::None => Self::Clear,
            Security::StartTls => Self::StartTls(Trust::of(settings)?),
            Security::Implicit => Self::Implicit(Trust::of(settings)?),
        })
    }
}

/// What a handshake needs.
pub(super) struct Trust {
    pub(super) connector: TlsConnector,
    pub(super) name: ServerName<'static>,
}

impl Trust {
    fn of(settings: &SmtpSettings) -> Result<Self, SettingsError> {
        let bare = settings.host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned())
            .map_err(|_| SettingsError::Host { host: settings.host.clone() })?;
        let roots = roots(settings.ca_file.as_deref())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SettingsError::Tls { why: error.to_string() })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }
}

fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, SettingsError> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    // A system store may hold a certificate that we cannot read; the others still count.
    roots.add_parsable_certificates(system.certs);
    if let Some(path) = ca_file {
        add_file(&mut roots, path)?;
    }
    if roots.is_empty() {
        let errors: Vec<String> = system.errors.iter().map(ToString::to_string).collect();
        let why = if errors.is_empty() { "none found".to_owned() } else { errors.join("; ") };
        return Err(SettingsError::NoRoots { why });
    }
    Ok(roots)
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), SettingsError> {
    let wrong = |why: String| SettingsError::CaContent { path: path.to_owned(), why };
    let pem =
        std::fs::read(path).map_err(|why| SettingsError::CaFile { path: path.to_owned(), why })?;
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
        found += 1;
    }
    if found == 0 { Err(wrong("holds no certificate".to_owned())) } else { Ok(()) }
}
