//! The screen on a store in a PostgreSQL database: what another connection appends is told by the server, and comes
//! without a look at the clock.

use std::sync::Arc;
use std::time::Duration;

use super::stage::{LARGE, Stage};
use crate::model::{AggregateKey, Payload, Version};
use crate::session::{OpenOptions, Session};
use crate::store::own::{Expected, NewEvent, writer};
use crate::store::postgres::tests::server::server;
use crate::tui::effect::Source;
use crate::tui::update::Msg;

/// How long anything may take that does not take long.
const SOON: Duration = Duration::from_secs(30);

/// Takes in what comes, whether or not an answer is due, until the screen shows a text. Nothing ticks meanwhile, but where
/// a look took so long that the next one is put off.
fn until(stage: &mut Stage, text: &str) {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    clock.block_on(async {
        while !stage.now().contains(text) {
            let message = tokio::time::timeout(SOON, stage.answers.recv()).await;
            let message = message.unwrap_or_else(|_| panic!("`{text}` did not come"));
            stage.app.take(message.unwrap());
            let put_off = !stage.app.model.live.is_rested();
            while !stage.app.model.live.is_rested() {
                stage.app.take(Msg::Ticked);
            }
            if put_off {
                stage.app.take(Msg::Ticked);
            }
        }
    });
}

#[test]
fn what_another_connection_appends_comes_when_the_server_tells_of_it() {
    let Some(server) = server() else { return };
    let address = server.at(&server.database());
    let mut other = writer(address.as_ref(), true).unwrap();
    let key = AggregateKey::new("Order", "order-1");
    let mut append = |data: &str| {
        let data = Payload::json(data.as_bytes(), Arc::default(), Version::ZERO);
        other.append(&key, &[NewEvent::new("Placed", data)], Expected::Any).unwrap();
    };
    append(r#"{"total":1}"#);
    let open = address.clone();
    let source = Source::new(address, move || Session::open(&open, &OpenOptions::default()));
    let mut stage = Stage::begin(source, LARGE);
    stage.shows("foldback on PostgreSQL").shows("v1 of 1").shows("● live");
    append(r#"{"total":2}"#);
    until(&mut stage, "v2 of 2");
    until(&mut stage, "State at v2");
    stage.settle();
    stage.shows("total");
}
