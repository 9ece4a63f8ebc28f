//! A plain GET of an address that only the operator names: "we are well", said to a watchman.
//!
//! Unlike a source's address it may be a private one: whoever may write it into the operator's file
//! may also run programs. Redirects are not followed, nothing of the body is read, and a failure names
//! the host only, because such addresses are often secret.

use std::time::Duration;

use url::Url;

use super::Fetcher;
use super::client::with_causes;

/// How long it may take: nobody waits for it, and the next one comes within minutes.
const LIMIT: Duration = Duration::from_secs(10);

impl Fetcher {
    /// Requests the address once.
    ///
    /// # Errors
    /// In words, without the address: no answer within ten seconds, or one that is not 2xx.
    pub async fn knock(&self, address: &str) -> Result<(), String> {
        let url = Url::parse(address).map_err(|why| format!("the address is none: {why}"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let asked = tokio::time::timeout(LIMIT, self.clients.plain().get(url).send()).await;
        match asked {
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(format!("{host} answered {}", answer.status())),
            Ok(Err(why)) => Err(format!("{host}: {}", with_causes(&why.without_url()))),
            Err(_) => Err(format!("{host} gave no answer within {} s", LIMIT.as_secs())),
        }
    }
}
