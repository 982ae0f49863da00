//! Certificates that are trusted besides the system's: of authorities, and of single servers.
//!
//! A server with a self-signed certificate has no authority that could be trusted instead. Its own
//! certificate is trusted if it equals, byte for byte, one of those in the file: for its own names and as
//! long as it is valid, and not as an issuer of others.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::{HttpError, HttpSettings};

/// What is trusted, where it is more than the system does.
pub(super) fn config(settings: &HttpSettings) -> Result<Option<ClientConfig>, HttpError> {
    let mut extra = match &settings.ca_file {
        Some(path) => read(path)?,
        None => Vec::new(),
    };
    if let Some(path) = &settings.node_ca_file {
        // As Node does: a file for other programs must not stop this one.
        match read(path) {
            Ok(more) => extra.extend(more),
            Err(error) => tracing::warn!(
                event = "certificates.unused",
                error = prism_gitops_core::model::chain(&error),
                "the file of NODE_EXTRA_CA_CERTS is not used"
            ),
        }
    }
    if extra.is_empty() {
        return Ok(None);
    }
    trusting(extra).map(Some).map_err(HttpError::Tls)
}

fn trusting(extra: Vec<CertificateDer<'static>>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let system = Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider))?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let mut config = builder
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinning {
            system,
            pinned: extra,
            provider,
        }))
        .with_no_client_auth();
    config.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
    Ok(config)
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, HttpError> {
    let pem = std::fs::read(path).map_err(|source| HttpError::ReadCertificates {
        path: path.to_owned(),
        source,
    })?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let unusable = |source| HttpError::Certificates {
        path: path.to_owned(),
        source,
    };
    match found {
        Ok(found) if found.is_empty() => Err(unusable(None)),
        Ok(found) => Ok(found),
        Err(error) => Err(unusable(Some(error))),
    }
}

/// The system's verdict, and besides it the very certificates of a file.
#[derive(Debug)]
struct Pinning {
    system: Verifier,
    pinned: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Pinning {
    /// Whether a certificate of the file is good for this name and at this time.
    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        in_time(&parsed, now, &self.provider)?;
        verify_server_name(&parsed, name)
    }
}

/// Whether a certificate is valid now. With no authority at all the search for one ends without
/// success, and is begun only if the times are right.
fn in_time(
    certificate: &ParsedCertificate<'_>,
    now: UnixTime,
    provider: &CryptoProvider,
) -> Result<(), Error> {
    let nobody = RootCertStore::empty();
    let known = provider.signature_verification_algorithms.all;
    match verify_server_cert_signed_by_trust_anchor(certificate, &nobody, &[], now, known) {
        // It may also say that an authority is no server: most who sign for themselves are both.
        Ok(())
        | Err(Error::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::Other(_),
        )) => Ok(()),
        Err(error) => Err(error),
    }
}

impl ServerCertVerifier for Pinning {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.system.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let is_pinned = self.pinned.iter().any(|pinned| pinned == end_entity);
        match verdict {
            Err(_) if is_pinned => {
                self.check(end_entity, server_name, now)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.system.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.system.supported_verify_schemes()
    }
}
