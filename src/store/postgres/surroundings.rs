//! What PostgreSQL's own programs take from their surroundings where an address does not say it: variables of the
//! environment and a file of passwords. It is given their content, and reads neither.

use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::address::{is_address, with_member};

/// Each variable, and the member of an address that it stands for.
const VARIABLES: [(&str, &str); 6] = [
    ("PGHOST", "host"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
];

/// What an address says itself; nothing where it cannot be read, which is told where it is opened.
fn said(source: &str) -> Option<Config> {
    let (place, query) = source.split_once('?').unwrap_or((source, ""));
    let ours = |member: &&str| member.starts_with("ssl");
    let rest: Vec<_> =
        query.split('&').filter(|member| !member.is_empty() && !ours(member)).collect();
    if rest.is_empty() { place.parse() } else { format!("{place}?{}", rest.join("&")).parse() }.ok()
}

/// An address with what the environment says where it says nothing itself.
pub(crate) fn with_variables(source: &str, of: &dyn Fn(&str) -> Option<String>) -> String {
    let Some(config) = Some(source).filter(|source| is_address(source)).and_then(said) else {
        return source.to_owned();
    };
    let is_named = |name: &str| {
        let query = source.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|member| member.split('=').next() == Some(name))
    };
    let mut address = source.to_owned();
    for (variable, name) in VARIABLES {
        let is_said = is_named(name)
            || match name {
                "host" => !config.get_hosts().is_empty(),
                "port" => !config.get_ports().is_empty(),
                "user" => config.get_user().is_some(),
                "dbname" => config.get_dbname().is_some(),
                _ => false,
            };
        if let Some(value) = of(variable).filter(|value| !is_said && !value.is_empty()) {
            address = with_member(&address, name, &value);
        }
    }
    address
}

/// The password that a file has for an address which has none: lines of `host:port:database:user:password`, the first
/// that fits, `*` for anything, `\\` before a colon or a backslash that is meant.
pub(crate) fn password_in(file: &str, source: &str) -> Option<String> {
    let config = Some(source).filter(|source| is_address(source)).and_then(said)?;
    if config.get_password().is_some() {
        return None;
    }
    let host = match config.get_hosts().first() {
        None => "localhost".to_owned(),
        Some(Host::Tcp(host)) => host.clone(),
        #[cfg(unix)]
        Some(Host::Unix(directory)) => directory.display().to_string(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432).to_string();
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    let wanted = [host.as_str(), &port, database, user];
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(fields).find_map(|fields| {
        let [place @ .., password] = &fields[..] else { return None };
        let fits = place.len() == wanted.len()
            && place.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
        fits.then(|| password.clone())
    })
}

/// The first four fields of a line, and the rest of it, which is the password.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        let many = fields.len();
        match (letter, fields.last_mut()) {
            (':', _) if many < 5 => fields.push(String::new()),
            ('\\', Some(last)) => last.extend(letters.next()),
            (letter, Some(last)) => last.push(letter),
            (_, None) => {}
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_stands_for_what_an_address_does_not_say() {
        let told = |source: &str| {
            with_variables(source, &|name| {
                let known = [
                    ("PGHOST", "db.example"),
                    ("PGPORT", "5433"),
                    ("PGUSER", "ana b"),
                    ("PGDATABASE", "shop"),
                    ("PGSSLMODE", "require"),
                    ("PGSSLROOTCERT", ""),
                ];
                known.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let read = said(&told("postgres://")).unwrap();
        assert_eq!(read.get_hosts(), [Host::Tcp("db.example".into())]);
        assert_eq!((read.get_ports(), read.get_user()), (&[5433][..], Some("ana b")));
        assert_eq!(read.get_dbname(), Some("shop"));
        assert!(
            told("postgres://").ends_with("sslmode=%72%65%71%75%69%72%65"),
            "{}",
            told("postgres://")
        );
        let own = "postgres://me@here:5432/mine?sslmode=disable";
        assert_eq!(told(own), own);
        assert_eq!(told("shop.db"), "shop.db");
    }

    #[test]
    fn the_first_line_of_a_password_file_that_fits_is_taken() {
        let file = "# a comment\nhere:5432:mine:me:a\\:b\\\\c:d\nhere:*:*:me:second\n*:*:*:ana:*\n\nbroken\n";
        let found = |source: &str| password_in(file, source);
        assert_eq!(found("postgres://me@here/mine").as_deref(), Some("a:b\\c:d"));
        assert_eq!(found("postgres://me@here:5433/mine").as_deref(), Some("second"));
        assert_eq!(found("postgres://ana@there/x").as_deref(), Some("*"));
        assert_eq!(found("postgres://nobody@there/x"), None);
        assert_eq!(found("postgres://me:own@here/mine"), None, "it has one");
        assert_eq!(
            found("postgres://here/mine?user=me&sslmode=require").as_deref(),
            Some("a:b\\c:d")
        );
        assert_eq!(found("shop.db"), None);
    }
}
