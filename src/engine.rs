//! The public face: open and close a library, and everything one can do with it.
//!
//! Owns the library's lock, its threads and its child processes; wires the rooms below together
//! and adds no logic of its own. Whoever opens a library for writing holds its lock; others read.
//! Start reading at [`Engine::open`]; what can be asked of an open library is in the files of
//! `engine/`.

mod activity;
mod asking;
mod check;
mod close;
pub mod erasing;
mod error;
pub mod fetching;
mod folders;
mod following;
mod held;
mod languages;
mod listing;
mod live;
mod lock;
pub mod models;
mod obeyed;
mod picture;
mod polite;
mod preview;
pub mod reading;
pub mod report;
mod rules;
mod searches;
mod similar;
mod status;

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use nuthatch_models::{ModelSpec, ModelWorker, Priority};
use tokio::{
    sync::{OnceCell, watch},
    task::JoinSet,
};

use crate::{
    cpu,
    dirs::Dirs,
    document::{PassageId, Sequence},
    extract,
    governor::{Governor, Terms},
    indexing::{self, Indexing, Parts, Progress},
    lexical::Lexical,
    search::{self, Notice, Search, SearchRequest, SearchResults},
    settings::Settings,
    store::{self, Store},
    vectors::Vectors,
    watch::Change,
};

use following::Following;
use live::Live;
use lock::Lock;
use polite::{Share, rules, terms};

pub use activity::Activity;
pub use error::Error;
pub use held::HeldFolder;
pub use listing::ListedFile;
pub use obeyed::{policy, settings, settings_or_defaults, write_setting};
pub use picture::PageView;
pub use polite::{pause, paused};
pub use preview::{Part, Preview, SetCharacters};
pub use rules::Effect;
pub use status::{FolderStatus, Status, Why};

/// Brings a library that an older program made to the tables of today, which reading needs. Fails if
/// another process writes it: that is the older program.
async fn bring_up_to_date(dirs: &Dirs) -> Result<()> {
    if Store::is_older(&dirs.database()) {
        let _lock = Lock::take(dirs)?;
        Store::open(&dirs.database()).await?.close().await;
    }
    Ok(())
}

/// A shorthand of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// An open library. Dropping it stops all work where it is; nothing is lost.
#[derive(Debug)]
pub struct Engine {
    dirs: Dirs,
    store: Store,
    lexical: Option<Arc<Lexical>>,
    vectors: Arc<RwLock<Vectors>>,
    vectors_loaded: OnceCell<()>,
    model: std::result::Result<Arc<ModelWorker>, Notice>,
    model_key: String,
    n_dimensions: usize,
    /// The model before this one, which answers until this one has embedded everything.
    former: Option<Former>,
    progress: watch::Receiver<Progress>,
    last_embedding: search::LastEmbedding,
    languages: Mutex<Option<(Sequence, Arc<[String]>)>>,
    live: RwLock<Live>,
    now: fn() -> SystemTime,
    /// The user left the choice of the embedding model to the program.
    is_embedding_auto: bool,
    between_polls: Duration,
    writing: Option<Writing>,
}

/// An embedding model that was replaced: what keys its vectors, and its process.
#[derive(Debug, Clone)]
struct Former {
    key: String,
    model: Arc<ModelWorker>,
    n_dimensions: usize,
}

/// What only the writing process has.
#[derive(Debug)]
struct Writing {
    indexing: Arc<Indexing>,
    governor: Arc<Governor>,
    _noting: activity::Noting,
    following: tokio::sync::Mutex<Option<Following>>,
    /// The look at everything after a power cut; ends with the engine.
    checking: JoinSet<()>,
    // Last, so that it is released after everything else has stopped.
    lock: Lock,
}

impl Engine {
    /// Opens a library for reading and writing, for somebody who waits until it is indexed; makes it
    /// if there is none.
    pub async fn open(dirs: Dirs) -> Result<Self> {
        Self::open_on(dirs, terms(true)).await
    }

    /// The same on given terms: how much right of way indexing has, and what time it is.
    pub async fn open_on(dirs: Dirs, terms: Terms) -> Result<Self> {
        let lock = Lock::take(&dirs)?;
        let settings = obeyed::settings(&dirs)?;
        let share = Share::of(&settings, &terms);
        cpu::give_way(share.priority);
        let store = Store::open(&dirs.database()).await;
        let store = store.map_err(|error| unopened(error, &dirs))?;
        let history = store.history().await?;
        let index = dirs.index();
        let lexical = cpu::run(move || Lexical::open(&index, &history)).await?;
        let lexical = Arc::new(lexical.map_err(indexing::Error::from)?);
        let words = Arc::clone(&lexical);
        let (mut engine, progress) =
            Self::over(dirs, &settings, store, Some(Arc::clone(&lexical))).await?;
        engine.now = terms.now;
        let misfits = engine.load_vectors().await?;
        if engine.former.is_none() {
            let (store, model) = (&engine.store, &engine.model_key);
            store.serve_model(model).await?;
            store.embed_again(model, &misfits).await?;
        }
        let pause = engine.dirs.pause();
        let governor = Arc::new(Governor::new(terms, rules(&settings), pause));
        let parts = Parts {
            store: engine.store.clone(),
            lexical,
            vectors: Arc::clone(&engine.vectors),
            pool: extract::Pool::new(
                engine.dirs.program("nuthatch"),
                extract::Limits {
                    priority: share.priority,
                    ..limits(&settings)
                },
                share.n_cores + indexing::N_SPARE_READERS,
            ),
            n_readers: share.n_cores,
            model: models::behind(&engine.dirs, &settings, share, &engine.model),
            model_key: engine.model_key.clone(),
            n_dimensions: engine.n_dimensions,
            text_reader: models::text_reader(&engine.dirs, &settings, share),
            library: engine.dirs.library().to_owned(),
            vectors_in_step: tokio::sync::Mutex::default(),
            ask_above_files: settings.ask_above_files,
            governor: Arc::clone(&governor),
            progress,
        };
        let indexing = Arc::new(Indexing::start(Arc::new(parts)).await?);
        let mut checking = JoinSet::new();
        if lock.is_after_power_cut {
            checking.spawn(check::after_power_cut(
                engine.store.clone(),
                words,
                engine.now,
            ));
        }
        engine.writing = Some(Writing {
            indexing,
            governor,
            _noting: activity::Noting::start(engine.dirs.activity(), engine.progress.clone()),
            following: tokio::sync::Mutex::default(),
            checking,
            lock,
        });
        engine.ensure_given_folders().await?;
        Ok(engine)
    }

    /// Opens a library for reading only, beside a process that may be writing it.
    pub async fn open_read_only(dirs: Dirs) -> Result<Self> {
        let settings = obeyed::settings(&dirs)?;
        bring_up_to_date(&dirs).await?;
        let store = Store::open_read_only(&dirs.database()).await?;
        let lexical = Lexical::open_read_only(&dirs.index()).ok().map(Arc::new);
        Ok(Self::over(dirs, &settings, store, lexical).await?.0)
    }

    async fn over(
        dirs: Dirs,
        settings: &Settings,
        store: Store,
        lexical: Option<Arc<Lexical>>,
    ) -> Result<(Self, watch::Sender<Progress>)> {
        let (spec, model) = match models::wanted_embedding(&dirs, settings) {
            Ok(spec) => (spec.clone(), models::embedding(&dirs, settings, spec)),
            Err(notice) => (ModelSpec::default_embedding(), Err(notice)),
        };
        let former = former(&dirs, settings, &store, &spec).await?;
        let vectors = former.as_ref().map_or_else(
            || Vectors::of(&spec.key(), spec.dimensions()),
            |former| Vectors::of(&former.key, former.n_dimensions),
        );
        let (progress_tx, progress) = watch::channel(Progress::default());
        let engine = Self {
            store,
            lexical,
            vectors: Arc::new(RwLock::new(vectors)),
            vectors_loaded: OnceCell::new(),
            model_key: spec.key(),
            n_dimensions: spec.dimensions(),
            model,
            former,
            live: Live::of(&dirs, settings),
            now: SystemTime::now,
            is_embedding_auto: settings.embedding == "auto",
            between_polls: settings.between_polls(),
            progress,
            last_embedding: search::LastEmbedding::default(),
            languages: Mutex::default(),
            writing: None,
            dirs,
        };
        Ok((engine, progress_tx))
    }

    /// Once; returns the passages whose vectors cannot be used.
    async fn load_vectors(&self) -> Result<Vec<PassageId>> {
        let mut misfits = Vec::new();
        let load = async || {
            misfits = indexing::load_vectors(&self.store, &self.vectors).await?;
            Ok::<_, store::Error>(())
        };
        self.vectors_loaded.get_or_try_init(load).await?;
        Ok(misfits)
    }

    /// Whether it was opened for writing.
    pub const fn is_writing(&self) -> bool {
        self.writing.is_some()
    }

    fn writing(&self) -> Result<&Writing> {
        self.writing.as_ref().ok_or(Error::ReadOnly)
    }

    /// Looks at every folder again, and returns when all is read and embedded, as far as can be.
    pub async fn settle(&self) -> Result<()> {
        Ok(self.writing()?.indexing.settle().await?)
    }

    /// Looks at every folder again, and returns when all is read and can be found by its words.
    pub async fn settle_words(&self) -> Result<()> {
        Ok(self.writing()?.indexing.settle_words().await?)
    }

    /// What indexing does, as it changes.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    /// Runs a search; `on_update` gets what each stage made, except the last one's.
    pub async fn search(
        &self,
        request: &SearchRequest,
        on_update: impl FnMut(SearchResults) + Send,
    ) -> Result<SearchResults> {
        if request.typing {
            self.note_typing();
        }
        let search = self.searching(request.only).await?;
        let found = search.run(request, on_update).await;
        if let Err(search::Error::Store(error)) = &found
            && error.is_damage()
        {
            self.store.suspect();
        }
        let found = found?;
        if let (Some(writing), false) = (&self.writing, found.gone.is_empty()) {
            let gone = Change::Paths(found.gone.iter().cloned().collect());
            writing.indexing.look_at(gone).await?;
        }
        Ok(found)
    }

    /// What a search draws on, at this moment.
    pub async fn searching(&self, only: Option<search::Only>) -> Result<Search> {
        if only != Some(search::Only::Words) {
            self.load_vectors().await?;
        }
        let serving = self.serving();
        let model = match &self.former {
            Some(former) if former.key == serving => Ok(Arc::clone(&former.model)),
            _ => self.model.clone(),
        };
        let languages = self.languages().await?;
        let live = self.live();
        Ok(Search {
            store: self.store.for_searches(),
            lexical: self.lexical.clone(),
            vectors: Arc::clone(&self.vectors),
            model,
            model_key: serving,
            last_embedding: Arc::clone(&self.last_embedding),
            languages,
            rerankers: live.rerankers.clone(),
            rerank_budget: live.settings.rerank_budget(),
            now: (self.now)(),
        })
    }

    /// What understanding a query takes.
    fn context<'a>(&self, languages: &'a [String], typing: bool) -> search::Context<'a> {
        search::Context {
            typing,
            languages,
            today: search::day((self.now)()),
        }
    }

    /// What keys the vectors that answer now: the embedding model.
    pub fn serving(&self) -> String {
        let vectors = self.vectors.read();
        vectors
            .unwrap_or_else(PoisonError::into_inner)
            .model()
            .to_owned()
    }
}

/// A disk that is full or fails, in words.
fn unopened(error: store::Error, dirs: &Dirs) -> Error {
    let reason = error
        .is_disk()
        .then(|| indexing::of_disk(dirs.library(), error.disk()));
    match reason.flatten() {
        Some(reason) => Error::Unwritable {
            path: dirs.library().to_owned(),
            reason,
        },
        None => error.into(),
    }
}

/// The model that answers in place of `wanted`, if there is one and it can be asked.
async fn former(
    dirs: &Dirs,
    settings: &Settings,
    store: &Store,
    wanted: &ModelSpec,
) -> Result<Option<Former>> {
    let Some(key) = store.serving_model().await? else {
        return Ok(None);
    };
    if key == wanted.key() || !store.has_embeddings(&key).await? {
        return Ok(None);
    }
    let Some(spec) = models::embedding_with_key(dirs, &key) else {
        return Ok(None);
    };
    let n_dimensions = spec.dimensions();
    let model = models::embedding(dirs, settings, spec).ok();
    Ok(model.map(|model| Former {
        key,
        model,
        n_dimensions,
    }))
}

fn limits(settings: &Settings) -> extract::Limits {
    extract::Limits {
        timeout: settings.extract_timeout(),
        memory_mib: settings.extract_memory_mib,
        max_file_bytes: settings.max_file_mib << 20,
        max_text_bytes: (settings.max_text_mib << 20) as usize,
        with_layout: false,
        priority: Priority::Normal,
    }
}
