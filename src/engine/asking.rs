//! Questions about the library, and which model writes the answers.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{Engine, Result, models};
use crate::{
    answer::{self, Answer, AnswerRequest, Writer},
    cpu,
    dirs::Dirs,
    search::Notice,
    settings::Settings,
};

/// The writer of this library, chosen when it is first wanted: a graphics driver may take seconds to say
/// what it can do.
#[derive(Debug)]
pub(super) struct ChosenWriter {
    settings: Settings,
    chosen: OnceCell<std::result::Result<Option<Writer>, Notice>>,
}

impl ChosenWriter {
    pub(super) fn of(settings: &Settings) -> Self {
        Self {
            settings: settings.clone(),
            chosen: OnceCell::new(),
        }
    }

    async fn get(&self, dirs: &Dirs) -> &std::result::Result<Option<Writer>, Notice> {
        let choose = async || {
            let (dirs, settings) = (dirs.clone(), self.settings.clone());
            let writer = cpu::run(move || models::writer(&dirs, &settings)).await;
            writer.unwrap_or_else(|error| Err(models::no_generator(&error.to_string())))
        };
        self.chosen.get_or_init(choose).await
    }
}

impl Engine {
    /// Answers a question by what the files say; `on_update` gets a written answer as it grows.
    pub async fn ask(
        &self,
        request: &AnswerRequest,
        on_update: impl FnMut(&Answer) + Send,
    ) -> Result<Answer> {
        let search = self.searching(None).await?;
        let chosen = Arc::clone(&self.live().writer);
        let (writer, notice) = if request.extractive {
            (None, None)
        } else {
            match chosen.get(&self.dirs).await {
                Ok(writer) => (writer.as_ref(), None),
                Err(notice) => (None, Some(notice.clone())),
            }
        };
        let mut answer = answer::answer(&search, writer, request, on_update).await?;
        answer.notices.extend(notice);
        Ok(answer)
    }
}
