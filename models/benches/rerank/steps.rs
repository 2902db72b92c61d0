//! From everything computed to nothing that can be spared, one step at a time.

use anyhow::bail;
use nuthatch_models::causal::{Batching, Kernels, Options};

use crate::{arguments::Arguments, processor::Processor};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) options: Options,
}

/// The steps to be measured; those of kernels only where there are any.
pub(crate) fn of(arguments: &Arguments, processor: &Processor) -> anyhow::Result<Vec<Step>> {
    let max_tokens_per_pass = arguments.number("pass", 4096)?;
    let mut steps = all(max_tokens_per_pass);
    if processor.device.is_cpu() {
        steps.retain(|step| step.options.kernels == Kernels::Off);
    }
    match arguments.text("steps", "all") {
        "all" => Ok(steps),
        "last" => Ok(steps.pop().into_iter().collect()),
        other => bail!("steps={other} is neither all nor last"),
    }
}

fn all(max_tokens_per_pass: usize) -> Vec<Step> {
    let mut options = Options {
        batching: Batching::Single,
        max_tokens_per_pass,
        is_prefix_shared: false,
        is_last_layer_cut: false,
        is_joined: false,
        kernels: Kernels::Off,
        is_full_head: true,
    };
    let mut steps = Vec::new();
    let mut step = |name, change: fn(&mut Options)| {
        change(&mut options);
        let options = options.clone();
        steps.push(Step { name, options });
    };
    step("one passage at a time", |_| ());
    step("padded to the longest", |options| {
        options.batching = Batching::Padded;
    });
    step("packed", |options| options.batching = Batching::Packed);
    step("+ only the answer's row", |options| {
        options.is_full_head = false;
    });
    step("+ shared prefix", |options| options.is_prefix_shared = true);
    step("+ last layer cut", |options| {
        options.is_last_layer_cut = true;
    });
    step("+ joined products", |options| options.is_joined = true);
    step("+ fused rows", |options| {
        options.kernels = Kernels::Elementwise;
    });
    step("+ fused attention", |options| {
        options.kernels = Kernels::Attention;
    });
    steps
}
