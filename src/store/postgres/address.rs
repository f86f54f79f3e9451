//! Where a server is, as a person writes it: `postgres://user:password@host:port/database?sslmode=…`.
//!
//! What is shown of an address never holds its password; nothing here connects.

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::store::{StoreError, StoreErrorKind};

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
const MODES: &str = "disable, prefer, require, verify-ca and verify-full";
/// How long a server has to answer where the address does not say.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whose certificate is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Anybody's: what is sent is hidden from who listens, and not from who answers in the server's place.
    Anybody,
    /// One that the roots vouch for.
    Authority(Roots),
    /// One that the roots vouch for, and that names the host.
    Host(Roots),
}

/// Who vouches for certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// Whom the system trusts.
    System,
    /// The certificates in a file.
    File(PathBuf),
}

/// An address that was read.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) trust: Trust,
    /// What it is called, without its password.
    pub(super) name: String,
}

/// Whether a source names a PostgreSQL server.
pub(crate) fn is_address(source: &str) -> bool {
    SCHEMES.iter().any(|scheme| source.starts_with(scheme))
}

/// A source as it may be shown: without the password that an address may hold.
pub(crate) fn without_password(source: &str) -> Cow<'_, str> {
    let Some(scheme) = SCHEMES.iter().find(|scheme| source.starts_with(**scheme)) else {
        return Cow::Borrowed(source);
    };
    let rest = source.get(scheme.len()..).unwrap_or_default();
    let (user, place) = split_user(rest);
    let user = user.map(|user| user.split(':').next().unwrap_or_default());
    let (place, query) =
        place.split_once('?').map_or((place, None), |(at, query)| (at, Some(query)));
    let kept: Vec<&str> = query
        .into_iter()
        .flat_map(|query| query.split('&'))
        .filter(|member| !member.starts_with("password=") && !member.starts_with("sslpassword="))
        .collect();
    let mut shown = (*scheme).to_owned();
    if let Some(user) = user {
        shown.push_str(user);
        shown.push('@');
    }
    shown.push_str(place);
    if !kept.is_empty() {
        shown.push('?');
        shown.push_str(&kept.join("&"));
    }
    Cow::Owned(shown)
}

/// An address with a password where it has none; anything else as it is.
pub(crate) fn with_password(source: &str, password: &str) -> String {
    let is_named = source
        .split_once('?')
        .is_some_and(|(_, query)| query.split('&').any(|member| member.starts_with("password=")));
    let user = SCHEMES
        .iter()
        .find_map(|scheme| source.strip_prefix(scheme))
        .map(|rest| split_user(rest).0.unwrap_or_default());
    match user {
        Some(user) if !is_named && !user.contains(':') => with_member(source, "password", password),
        _ => source.to_owned(),
    }
}

/// An address with one more member, every byte of it written so that nothing can be read into it.
pub(super) fn with_member(source: &str, name: &str, value: &str) -> String {
    let and = if source.contains('?') { '&' } else { '?' };
    let named = format!("{source}{and}{name}=");
    value.bytes().fold(named, |named, byte| format!("{named}%{byte:02X}"))
}

/// Tells user and password from the rest. A password with a character that should be written as %2F, %3F or %23 is
/// still taken for one: better a host that is not shown than a password that is.
fn split_user(rest: &str) -> (Option<&str>, &str) {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at(end);
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    let at = match authority.rfind('@') {
        Some(at) => Some(at),
        None if port.bytes().all(|byte| byte.is_ascii_digit()) => None,
        None => rest.rfind('@'),
    };
    match at {
        Some(at) => (rest.get(..at), rest.get(at + 1..).unwrap_or_default()),
        None => (None, rest),
    }
}

impl Address {
    /// Reads an address.
    pub(super) fn parse(source: &str) -> Result<Self, StoreError> {
        let name = without_password(source).into_owned();
        let wrong = |why: String| {
            StoreError::new(StoreErrorKind::Unsupported, format!("{name} is no address: {why}"))
                .hint("write postgres://user:password@host:5432/database?sslmode=verify-full, with %2F for a / in a password")
        };
        let (place, query) = source.split_once('?').unwrap_or((source, ""));
        let mut rest = Vec::new();
        let (mut mode, mut roots) = (None, None);
        for member in query.split('&').filter(|member| !member.is_empty()) {
            let (key, value) = member.split_once('=').unwrap_or((member, ""));
            match key {
                "sslmode" => mode = Some(value),
                "sslrootcert" => roots = Some(unescaped(value)),
                "sslcert" | "sslkey" | "sslpassword" | "sslcrl" => {
                    return Err(wrong(format!(
                        "{key} is not supported; a user and a password are"
                    )));
                }
                _ => rest.push(member),
            }
        }
        let text =
            if rest.is_empty() { place.to_owned() } else { format!("{place}?{}", rest.join("&")) };
        let mut config: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            use std::error::Error as _;
            wrong(error.source().map_or_else(|| error.to_string(), ToString::to_string))
        })?;
        if config.get_hosts().is_empty() {
            config.host("localhost");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("foldback");
        }
        let given = roots.is_some();
        let roots = match roots.as_deref() {
            None | Some("system") => Roots::System,
            Some(file) => Roots::File(PathBuf::from(file)),
        };
        let (mode, trust) = match mode.unwrap_or("prefer") {
            "disable" => (SslMode::Disable, Trust::Anybody),
            "prefer" => (SslMode::Prefer, Trust::Anybody),
            // As PostgreSQL's own programs do: who names roots wants them asked.
            "require" if given => (SslMode::Require, Trust::Authority(roots)),
            "require" => (SslMode::Require, Trust::Anybody),
            "verify-ca" => (SslMode::Require, Trust::Authority(roots)),
            "verify-full" => (SslMode::Require, Trust::Host(roots)),
            other => return Err(wrong(format!("sslmode is `{other}`, and there are {MODES}"))),
        };
        config.ssl_mode(mode);
        Ok(Self { config, trust, name })
    }

    /// The servers, as a sentence names them.
    pub(super) fn servers(&self) -> String {
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let hosts = self.config.get_hosts().iter().enumerate();
        let told = hosts.map(|(at, host)| match host {
            Host::Tcp(host) => format!("{host}:{}", port(at)),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}/.s.PGSQL.{}", path.display(), port(at)),
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// The user, as a sentence names them.
    pub(super) fn user(&self) -> String {
        self.config
            .get_user()
            .map_or_else(|| "your system user".to_owned(), |user| format!("user {user}"))
    }

    /// The database that is asked for.
    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or("of your system user")
    }
}

/// A query's value with its %41 made characters again.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.as_bytes().first() {
        let code = rest.get(1..3).filter(|_| *first == b'%');
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = rest.get(3..).unwrap_or_default();
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            let (character, after) = rest.split_at(length);
            bytes.extend_from_slice(character.as_bytes());
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_holds_no_password() {
        let shown = |text: &'static str| without_password(text).into_owned();
        for (written, wanted) in [
            ("postgres://ana:s3cret@db:5433/shop", "postgres://ana@db:5433/shop"),
            (
                "postgresql://ana:s3cret@db/shop?sslmode=require",
                "postgresql://ana@db/shop?sslmode=require",
            ),
            ("postgres://db/shop?user=ana&password=s3cret", "postgres://db/shop?user=ana"),
            ("postgres://db:5432/shop", "postgres://db:5432/shop"),
            ("postgres://ana@db", "postgres://ana@db"),
            ("postgres://ana:s3cret/s3cret@db/shop", "postgres://ana@db/shop"),
            ("postgres://ana:s3cret?s3cret@db/shop", "postgres://ana@db/shop"),
            ("postgres://ana:s3cret@s3cret@db/shop", "postgres://ana@db/shop"),
            ("postgres://ana:s3cret#@db", "postgres://ana@db"),
            ("shop:s3cret@home.db", "shop:s3cret@home.db"),
        ] {
            assert_eq!(shown(written), wanted);
            assert_eq!(without_password(wanted), wanted, "once is enough");
        }
    }

    #[test]
    fn a_password_from_elsewhere_is_taken_where_none_is_written() {
        let password = |text: &str| {
            let address = Address::parse(&with_password(text, "a b/ü&c")).unwrap();
            assert!(!address.name.contains("password"), "{}", address.name);
            String::from_utf8(address.config.get_password().unwrap().to_vec()).unwrap()
        };
        assert_eq!(password("postgres://ana@db/shop"), "a b/ü&c");
        assert_eq!(password("postgres://db/shop?sslmode=disable"), "a b/ü&c");
        assert_eq!(password("postgres://ana:own@db/shop"), "own");
        assert_eq!(password("postgres://db/shop?user=ana&password=own"), "own");
        assert_eq!(with_password("shop.db", "x"), "shop.db");
    }

    #[test]
    fn an_address_says_whom_it_trusts() {
        let read = |query: &str| Address::parse(&format!("postgres://ana:s3cret@db/shop{query}"));
        let mode = |query: &str| {
            let address = read(query).unwrap();
            (address.config.get_ssl_mode(), address.trust)
        };
        let file = || Roots::File(PathBuf::from("/etc/our roots.pem"));
        assert_eq!(mode(""), (SslMode::Prefer, Trust::Anybody));
        assert_eq!(mode("?sslmode=disable"), (SslMode::Disable, Trust::Anybody));
        assert_eq!(mode("?sslmode=require"), (SslMode::Require, Trust::Anybody));
        assert_eq!(
            mode("?sslmode=require&sslrootcert=/etc/our%20roots.pem"),
            (SslMode::Require, Trust::Authority(file()))
        );
        assert_eq!(mode("?sslmode=verify-full"), (SslMode::Require, Trust::Host(Roots::System)));
        assert_eq!(
            mode("?sslrootcert=/etc/our%20roots.pem&connect_timeout=3&sslmode=verify-full"),
            (SslMode::Require, Trust::Host(file()))
        );
        for (query, word) in [
            ("?sslmode=maybe", "verify-full"),
            ("?sslcert=me.pem", "sslcert"),
            ("?sslmode=require&colour=red", "colour"),
            ("?connect_timeout=soon", "connect_timeout"),
        ] {
            let error = read(query).err().unwrap();
            assert!(error.message.contains(word), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }
}
