//! Checking the chain of hashes: the same bytes as in SQLite, so the same hashes.

use std::ops::ControlFlow;

use rusqlite::types::ValueRef;
use tokio_postgres::{Error, Row};

use super::decode::COLUMNS;
use super::link::Link;
use crate::model::{AggregateId, Version};
use crate::store::StoreError;
use crate::store::own::{Hash, Links, Page, Verified};

/// Checks the chain of the store that is asked through `link`.
pub(super) fn check(
    link: &Link,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Verified, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, hash FROM events WHERE position >= $1 ORDER BY position LIMIT 1000"
    );
    let mut links = Links::default();
    loop {
        let page = link.read(&async |client| {
            let mut page = links.next();
            let Some(from) = page.from() else { return Ok(page) };
            let statement = client.prepare_cached(&sql).await?;
            for row in client.query(&statement, &[&from]).await? {
                add(&mut page, &row)?;
            }
            Ok(page)
        })?;
        if page.is_empty() {
            return Ok(links.end());
        }
        links.take(page);
        links.go_on(progress)?;
    }
}

fn add(page: &mut Page, row: &Row) -> Result<(), Error> {
    let text = |at| {
        let text: Option<&str> = row.try_get(at)?;
        Ok::<_, Error>(text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))
    };
    // A payload stands in one of two columns.
    let either = |at| {
        let bytes: Option<&[u8]> = row.try_get(at + 1)?;
        Ok::<_, Error>(bytes.map_or(text(at)?, ValueRef::Blob))
    };
    let (position, version): (i64, i64) = (row.try_get(0)?, row.try_get(3)?);
    let cells = [
        ValueRef::Integer(position),
        text(1)?,
        text(2)?,
        ValueRef::Integer(version),
        text(4)?,
        text(5)?,
        text(6)?,
        either(7)?,
        either(9)?,
        text(11)?,
        text(12)?,
    ];
    let aggregate: &str = row.try_get(1)?;
    let stored = Hash::try_from(row.try_get::<_, &[u8]>(13)?).unwrap_or_default();
    page.add(position, &cells, stored, || {
        (AggregateId::new(aggregate), Version(version.max(0) as u64))
    });
    Ok(())
}
