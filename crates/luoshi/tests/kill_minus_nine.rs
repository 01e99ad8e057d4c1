//! kill -9 in the middle of concurrent writes, again and again: whatever was acknowledged is there, and
//! `verify` finds nothing. `LUOSHI_KILLS` says how often; 20 where it does not.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base::{Clock, Ids};
use luoshi::house::{House, TenantFile};
use serde_json::{Value, json};

const CLIENTS: usize = 8;

/// A county on disk with a token of its office clerk and the unit problems are raised in.
struct County {
    home: tempfile::TempDir,
    token: String,
    unit: String,
}

fn county() -> County {
    let home = tempfile::tempdir().expect("a temporary directory");
    let house = House {
        data: home.path().to_owned(),
        database: None,
        clock: Clock::System,
        ids: Arc::new(Ids::random()),
    };
    let file = TenantFile { code: testkit::code::COUNTY.to_owned(), name: "清江县".to_owned() };
    let opened = house.found(&file).expect("a fresh county");
    let app = luoshi::app_of(&house, vec![opened.tenant.clone()]).expect("the program stands");
    let (places, cast) = testkit::furnish(&app, &opened.tenant);
    let token = testkit::token_of(&app, &opened.tenant, cast["office-clerk"].person);
    house.settle(&file).expect("the county is settled");
    County { home, token, unit: places.villages[0].to_string() }
}

/// A running server, killed when dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(home: &Path) -> Self {
        let mut process = luoshi(home)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let address: String = line
                    .split("http://")
                    .nth(1)?
                    .chars()
                    .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ':'))
                    .collect();
                Some(format!("http://{address}"))
            })
            .expect("it says where it listens");
        Self { process, address }
    }

    fn kill(mut self) {
        // SIGKILL: nothing is flushed, nothing is said.
        self.process.kill().expect("killed");
        self.process.wait().expect("gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn luoshi(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_luoshi"));
    command.arg("--data").arg(home).env_remove("LUOSHI_DATABASE").env_remove("LUOSHI_TENANT");
    command
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(20)));
    config.http_status_as_error(false).build().into()
}

/// Posts cases until the server is gone; gives what was acknowledged.
fn post_until_gone(
    server: &str,
    county: &County,
    number: &AtomicUsize,
    stop: &AtomicBool,
) -> BTreeMap<String, String> {
    let agent = agent();
    let mut acknowledged = BTreeMap::new();
    while !stop.load(Ordering::Relaxed) {
        let title = format!("第{}件", number.fetch_add(1, Ordering::Relaxed));
        let body = json!({
            "procedure": "rectification", "title": title, "detail": "门前路灯不亮。", "channel": "visit", "unit": county.unit,
        });
        let answer = agent
            .post(format!("{server}/api/v1/cases"))
            .header("authorization", format!("Bearer {}", county.token))
            .send_json(&body);
        let Ok(mut answer) = answer else { break };
        if answer.status() != 201 {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            panic!("{}: {text}", answer.status());
        }
        // Acknowledged from the moment the status was read, also when the body is cut off; without an id
        // there is nothing to look for.
        let Ok(made) = answer.body_mut().read_json::<Value>() else { break };
        acknowledged.insert(made["id"].as_str().expect("an id").to_owned(), title);
    }
    acknowledged
}

#[test]
fn what_was_acknowledged_survives_kill_minus_nine() {
    let kills: u64 = std::env::var("LUOSHI_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let county = county();
    let number = AtomicUsize::new(1);
    let all = Mutex::new(BTreeMap::new());
    for round in 0..kills {
        let server = Server::start(county.home.path());
        look_for(&server.address, &county, &all.lock().expect("unpoisoned"), Some(8));
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (address, county, number, stop) = (server.address.clone(), &county, &number, &stop);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    let address = address.clone();
                    scope.spawn(move || post_until_gone(&address, county, number, stop))
                })
                .collect();
            // Moments spread over commits without a source of chance: 40 to 400 ms.
            std::thread::sleep(Duration::from_millis(40 + round * 7919 % 361));
            server.kill();
            stop.store(true, Ordering::Relaxed);
            for client in clients {
                all.lock().expect("unpoisoned").extend(client.join().expect("a client"));
            }
        });
    }
    let all = all.into_inner().expect("unpoisoned");
    assert!(all.len() > usize::try_from(kills).expect("a number"), "only {} were acknowledged", all.len());
    let server = Server::start(county.home.path());
    look_for(&server.address, &county, &all, None);
    drop(server);
    let verified = luoshi(county.home.path()).arg("verify").output().expect("verify runs");
    assert!(
        verified.status.success(),
        "{}{}",
        String::from_utf8_lossy(&verified.stdout),
        String::from_utf8_lossy(&verified.stderr)
    );
    println!("{kills} kills, {} acknowledged cases, all there, verify intact", all.len());
}

/// Asks for acknowledged cases: all of them, or the latest few.
fn look_for(server: &str, county: &County, all: &BTreeMap<String, String>, latest: Option<usize>) {
    let agent = agent();
    // Ids rise with time, so the last are the latest.
    for (id, title) in all.iter().rev().take(latest.unwrap_or(usize::MAX)) {
        let mut answer = agent
            .get(format!("{server}/api/v1/cases/{id}"))
            .header("authorization", format!("Bearer {}", county.token))
            .call()
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{title} was acknowledged and is gone");
        let case: Value = answer.body_mut().read_json().expect("a case");
        assert_eq!(case["title"].as_str(), Some(title.as_str()));
    }
}
