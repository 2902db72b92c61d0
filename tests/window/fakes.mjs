/**
 * Stands in for two parts of a desktop: the tray, and what shows notifications.
 * Owns the little that a program may ask of either. Knows nothing of the window. What is tested
 * through them is only that the program asks the right thing at the right time.
 */
import { joinBus } from './bus.mjs';
import { until } from './driver.mjs';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const MENU = 'com.canonical.dbusmenu';

/** A tray on a bus: tells which icons are in it, and chooses from their menus. */
export async function startTray(t, address) {
  const bus = await joinBus(t, address);
  const icons = new Set();
  bus.serve(`${WATCHER}.RegisterStatusNotifierItem`, ([name]) => void icons.add(name));
  bus.serve('org.freedesktop.DBus.Properties.Get', ([, property]) => {
    if (property !== 'IsStatusNotifierHostRegistered') throw new Error(property);
    return ['v', [['b', true]]];
  });
  await bus.own(WATCHER);
  const icon = () =>
    until('there is one icon in the tray', async () => {
      // Whoever has left the bus is not in the tray any more.
      for (const name of icons) {
        const isThere = await bus.call({ to: name, path: '/StatusNotifierItem', interface: 'org.freedesktop.DBus.Properties' }, 'Get', 'ss', ['org.kde.StatusNotifierItem', 'Title']).catch(() => null);
        if (isThere?.[0] === 'Nuthatch') return name;
        icons.delete(name);
      }
      return null;
    });
  const menu = async () => ({ to: await icon(), path: '/MenuBar', interface: MENU });
  const layout = async () => (await bus.call(await menu(), 'GetLayout', 'iias', [0, -1, []]))[1];
  return {
    icon,
    /** Whether an icon that was there answers. */
    hasIcon: () => icons.size > 0,
    /** The menu's words, those of a menu inside it after it. */
    words: async () => flat(await layout()).map(([, words]) => words),
    async choose(words) {
      const [id] = flat(await layout()).find((one) => one[1] === words) ?? [];
      if (id === undefined) throw new Error(`nothing in the tray's menu says ${words}`);
      await bus.call(await menu(), 'Event', 'isvu', [id, 'clicked', ['s', ''], 0]);
    },
    /** A click on the icon itself. */
    async click() {
      const item = { to: await icon(), path: '/StatusNotifierItem', interface: 'org.kde.StatusNotifierItem' };
      await bus.call(item, 'Activate', 'ii', [0, 0]);
    },
    async goAway() {
      icons.clear();
      await bus.disown(WATCHER);
    },
    comeBack: () => bus.own(WATCHER),
  };
}

/** The entries of a menu and of those inside it, in order: [id, words], separators left out. */
function flat([id, properties, children]) {
  const words = Object.fromEntries(properties).label;
  const inside = children.flatMap(flat);
  return words === undefined ? inside : [[id, words], ...inside];
}

/** What shows notifications: keeps what it was told. */
export async function startNotifications(t, address) {
  const bus = await joinBus(t, address);
  const shown = [];
  bus.serve('org.freedesktop.Notifications.Notify', ([program, , , title, text]) => {
    shown.push({ program, title, text });
    return ['u', [shown.length]];
  });
  await bus.own('org.freedesktop.Notifications');
  return shown;
}
