/** English, for everything besides searching: the library, models, settings, connections, indexing. */
import type { DesktopWords, HoldReason, Phase } from '../../host/bindings';
import { counting } from './counting';

const { number, counted } = counting('en');

export const pageStrings = {
  pages: { library: 'Library', models: 'Models', settings: 'Settings', connections: 'Connections', about: 'About' },
  openLibrary: 'Open the library, models and settings',
  closeLibrary: 'Close',
  actOn: (act: string, what: string) => `${act}: ${what}`,
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  today: 'today',
  yesterday: 'yesterday',
  onDay: (day: string, time: string) => `${day}, ${time}`,

  // The library page.
  folders: 'Folders',
  noFolders: 'No folder has been chosen yet.',
  addFolder: 'Add a folder…',
  folderFiles: (n: number) => counted(n, 'file', 'files'),
  folderAway: 'cannot be reached now',
  folderLooked: (followed: string, when: string | null) =>
    when === null ? followed : `${followed}; all of it was last looked at ${when}`,
  heldBack: (n: number, looks: string) =>
    `with ${counted(n, 'file', 'files')} was left out: it looks like ${looks}.`,
  heldBackLeave: 'Leave it out',
  heldBackRead: 'Read it',
  heldBackMore: (n: number) => `${counted(n, 'more folder like this', 'more folders like this')}`,
  removeFolder: 'Remove',
  removeQuestion: 'Remove this folder from the library?',
  removeExplained: (n: number) =>
    `Nuthatch erases the text and index it holds of ${counted(n, 'file', 'files')}. The files themselves are not touched.`,
  removeConfirm: 'Remove from library',
  rulesTitle: 'Leave files out by a pattern',
  rulesExplained: 'As in a .gitignore: *.log, build/, /drafts. Nothing changes while you type.',
  rulesFolder: 'In the folder',
  rulesPattern: 'Pattern',
  rulesEffect: (n: number, known: number) =>
    n === 0
      ? `None of the ${counted(known, 'known file', 'known files')} would be left out.`
      : `${number(n)} of ${counted(known, 'known file', 'known files')} would be left out:`,
  rulesMore: (n: number) => `and ${counted(n, 'more', 'more')}`,
  rulesAdd: 'Leave these out',
  rulesAdded: (line: string, file: string) => `“${line}” stands in ${file} now; take it out there to end that.`,
  contents: 'Contents',
  states: {
    indexed: 'Read whole',
    partial: 'Read in part',
    waiting: 'Waiting to be read',
    failed: 'Could not be read',
    skipped: 'Left out on purpose',
    away: 'In a folder that cannot be reached',
    unknown: 'Not in the library',
  } as Record<string, string>,
  passages: (all: number, embedded: number) =>
    all === embedded
      ? `${counted(all, 'passage', 'passages')}, all found by word and by meaning.`
      : `${counted(all, 'passage', 'passages')} found by word; ${number(embedded)} of them by meaning as well.`,
  showFiles: (state: string) => `Show the files: ${state}`,
  filesIn: (state: string) => `Files: ${state}`,
  noFilesIn: 'There is none any more.',
  moreFiles: 'Show more',
  backToContents: 'Back',
  forgetFile: 'Forget',
  forgetExplained:
    'Nuthatch erases what it holds of this file and leaves it out from now on. The file itself is not touched.',
  leftOut: 'Left out at your wish',
  noneLeftOut: 'Nothing was forgotten.',
  letIn: 'Let in again',
  whyTitle: 'Why is this file not found?',
  whyLabel: 'Full path of the file',
  whyPlaceholder: 'Paste the path of a file',
  whyDrop: 'Or drop the file on this window.',
  whyAsk: 'Look it up',
  storage: 'Storage',
  storageParts: {
    database: 'Texts, names and states',
    words: 'Word index',
    vectors: 'Meanings, in memory while Nuthatch runs',
    models: 'Models',
  } as Record<string, string>,
  storagePlace: 'All of it lies in',

  // The models page.
  modelsExplained:
    'Search by meaning works with the model that ships with Nuthatch. A reranker is a further model that reads the best passages and puts those that answer first.',
  modelKinds: { embedding: 'Meaning', reranker: 'Reranker', text_reader: 'Text in pictures', generator: 'Answers' } as Record<
    string,
    string
  >,
  modelInstalled: 'installed',
  modelShips: 'ships with Nuthatch',
  modelPartly: (size: string) => `${size} of it is here`,
  modelGet: (size: string) => `Get (${size})`,
  modelResume: 'Go on',
  modelCancel: 'Stop',
  modelImport: 'Import from a folder…',
  modelCheck: 'Check',
  modelSound: 'Its files are whole.',
  modelRemove: 'Remove',
  modelRemoved: (size: string) => `Removed; ${size} are free again.`,
  modelLicence: (licence: string) => `Licence: ${licence}`,
  modelNotCommercial: 'This licence does not allow commercial use. I accept it.',
  modelFetching: (file: string) => `Fetching ${file}`,
  modelFetched: 'Installed; it can be used at once.',
  modelFetchedForMeaning: 'Installed; it can be chosen, and is used from the next start on.',
  modelStopped: 'Stopped; it goes on from here.',
  embeddingChoice: 'Which model finds by meaning',
  embeddingAuto: 'The one that ships with Nuthatch',
  generatorChoice: 'What writes answers',
  generatorAuto: 'The first model that is installed for it',
  generatorNone: 'None: sentences of your own files',
  generatorServer: (address: string) => `A server that is named in the settings file: ${address}`,
  rerankerChoice: 'Which reranker is used',
  rerankerAuto: 'The best that runs fast enough here',
  rerankerNone: 'None',
  machine: 'This machine',
  machineAsk: 'Try what runs here',
  machineAsking: 'Trying; this takes up to a minute for each model…',
  machineUses: (id: string, device: string) => `Searches use ${id} on ${device}.`,
  machineUsesNone: 'No reranker is installed.',
  machineSpeed: (id: string, device: string, perSecond: number, passages: number) =>
    `${id} on ${device}: ${number(perSecond)} tokens a second, ${counted(passages, 'passage', 'passages')} within the time you allow.`,
  machineProblem: (id: string, problem: string) => `${id} does not run here: ${problem}`,
  budget: 'Time for reranking',
  budgetValue: (ms: number) => `${number(ms)} ms`,
  budgetPassages: (n: number) => `about ${counted(n, 'passage', 'passages')} here`,
  budgetExplained:
    'After so long an order is shown, reranked as far as that goes. More time lets the model read more passages before it shows its order; the rest follows in place.',

  // The settings page.
  nextStart: 'Changes count from the next start on.',
  language: 'Language',
  languageAuto: 'As the system',
  settingGroups: { reading: 'Reading', courtesy: 'Courtesy', privacy: 'Privacy', window: 'Window', desktop: 'Desktop' },
  settingLabels: {
    meaning: 'Find by meaning as well as by word',
    read_pictures: 'Recognise text in pictures and on scanned pages',
    pause_on_battery: 'Wait while the computer runs on its battery',
    pause_above_load_percent: 'Wait while other programs use more of the processor than (percent; 0 never waits)',
    pause_after_typing_seconds: 'Wait after a key in the search box for (seconds)',
    max_file_mib: 'Leave files alone that are larger than (MiB)',
    ask_above_files: 'Ask about folders that look generated and hold more files than (0 reads all)',
    tray: 'Show an icon in the tray',
    close_to_tray: 'Closing the window leaves Nuthatch running in the tray',
    start_at_login: 'Start with the desktop, without showing the window',
    notify_when_read: 'Tell with a notification when the first large reading is done',
    shortcut: 'Key for the launcher, as Ctrl+Alt+Space',
    keep_history: 'Remember searches that led to a result',
    never_connect: 'Never connect to anything',
  } as Record<string, string>,
  settingNotes: {
    keep_history: 'They stay in the library on this computer, and can be forgotten one by one or all at once.',
    never_connect: 'Models can then only be imported from a folder.',
  } as Record<string, string>,
  noTray: 'Your desktop has no tray: closing the window ends Nuthatch.',
  needsIcon: 'Only with the icon in the tray.',
  shortcutNotHere: (command: string) =>
    `On this desktop (Wayland) no program may take a key for itself. Bind this command to one in the desktop’s keyboard settings: ${command}`,
  shortcutCosts: 'While a key is set, Nuthatch wakes about twenty times a second to watch for it under X11. A key that is bound in the desktop’s own settings costs nothing:',
  shortcutSet: 'Set',
  desktopWords: {
    open: 'Open Nuthatch',
    launch: 'Search…',
    pause: 'Pause indexing',
    pause_hour: 'For an hour',
    pause_tomorrow: 'Until tomorrow morning',
    pause_until_resumed: 'Until I resume it',
    resume: 'Resume',
    quit: 'Quit',
    read_title: 'Your files are read',
    read_text: 'All of them can be searched by word now; meanings follow.',
  } as DesktopWords,
  settingsFile: 'There is more in a file, which is read at the start:',
  adminFolders: (folders: string[]): string =>
    folders.length === 0
      ? 'Your administrator allows no other folder.'
      : `Your administrator allows only folders in ${folders.join(', ')}.`,
  modelsFrom: (address: string) => `They are fetched from ${address}: set by your administrator.`,
  notConnecting: (isLocked: boolean): string =>
    isLocked
      ? 'No connection is made: set by your administrator.'
      : 'No connection is made: you turned them off on the page of connections.',
  importInstead: 'A model can still be imported from a folder.',
  settingLocked: 'Set by your administrator',
  policyFile: 'Your administrator has set some of this in',
  help: 'Help',
  reportExplained:
    'Versions, devices, settings you changed, and files counted by state and reason. No name of a file or folder, no text and no search of yours is in it. It is one text file on this computer: read it, and send it yourself if you want to.',
  reportSave: 'Save a report for support…',
  reportSaved: 'Written to',

  // The connections page.
  connectionsExplained:
    'Nuthatch connects for three purposes only: to fetch a model that you asked for, to ask a server that you named for answers, and to look for a newer version if you want that. Every request it ever made is listed here.',
  aboutWhat: 'Finds passages in your own files, by word and by meaning. Nothing leaves this machine.',
  aboutFree: 'Nuthatch is free software under the Apache License 2.0.',
  lookForUpdates: 'Look for newer versions once a day',
  lookForUpdatesNote: 'Connects to the place where this package came from. Nothing is installed before you say so.',
  newerVersion: (version: string) => `Nuthatch ${version} is there`,
  installUpdate: 'Install it and start again',
  lookNow: 'Look for a newer version now',
  isNewest: 'This is the newest version.',
  updatedAsInstalled: 'This copy is updated the way it was installed.',
  showNotices: 'Show the licences of everything it is made with',
  noNotices: 'This copy was not made by a package: the licences are in packaging/ and in the sources of its parts.',
  noConnections: 'Not one request has been made.',
  connectionTime: 'When',
  connectionTo: 'Where to',
  connectionOutcome: 'Answer',

  // What indexing is doing.
  now: 'Now',
  upToDate: 'Up to date',
  phase: {
    idle: '',
    walking: 'Looking for new and changed files',
    reading: 'Reading files',
    embedding: 'Learning meanings',
    recognising: 'Recognising text in pictures',
  } as Record<Phase, string>,
  doing: (what: string, amount: string | null, file: string | null) =>
    `${what}${amount === null ? '' : `, ${amount}`}${file === null ? '' : `: ${file}`}`,
  // Why it waits, and how it is paused.
  holds: {
    paused: 'Paused by you',
    battery: 'Waiting: the computer runs on its battery',
    load: 'Waiting: other programs are busy',
    typing: 'Waiting while you type',
  } as Record<HoldReason, string>,
  pausedUntil: (moment: string) => `Paused by you until ${moment}`,
  pause: 'Pause indexing',
  pauseHour: 'For an hour',
  pauseTomorrow: 'Until tomorrow morning',
  pauseUntilResumed: 'Until I resume it',
  pauseExplained: 'What was read so far can be searched all the same.',
  resume: 'Resume',
  progressLabel: 'Indexing',
  progressCount: (done: number, total: number) => `${number(done)} of ${number(total)}`,
  progressToEmbed: (n: number) => counted(n, 'passage to go', 'passages to go'),
  progressToRecognise: (n: number) => counted(n, 'page to go', 'pages to go'),
  progressRate: (perSecond: number) => `${number(perSecond, perSecond >= 10 ? 0 : 1)} files/s`,
  timeLeftMoment: 'a few seconds left',
  timeLeftUnderMinute: 'less than a minute left',
  timeLeftMinutes: (n: number) => `about ${number(n)} min left`,
  timeLeftHours: (hours: number, minutes: number) =>
    minutes === 0
      ? `about ${number(hours)} h left`
      : `about ${number(hours)} h ${number(minutes)} min left`,
  timeLeftDays: 'more than a day left',
};
