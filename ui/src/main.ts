/** Starts a window, the main one or the launcher: connects the host, then draws. */
import { mount } from 'svelte';
import App from './App.svelte';
import Launcher from './Launcher.svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/rows.css';
import { connectHost } from './host';
import { markPage } from './lib/language.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');
markPage();
const host = await connectHost();
mount(host.view === 'launcher' ? Launcher : App, { target, props: { host } });
