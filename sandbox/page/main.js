import { App } from './client/app.js';
import { Api } from './client/api.js';
import { Directory } from './client/directory.js';
import { Notices } from './client/notices.js';
import { h } from './kit/dom.js';

const ME = 'sandbox.me';

/** Start the page for one person. Becoming someone else starts it anew. */
async function start() {
  const notices = new Notices();
  const asked = new URLSearchParams(location.search).get('user') ?? localStorage.getItem(ME);
  try {
    const directory = new Directory(await new Api(asked).workspace(), asked);
    const api = new Api(directory.me);
    directory.setChannels(await api.channels());
    localStorage.setItem(ME, directory.self.name);
    document.getElementById('loading').remove();
    await new App({ api, directory, notices }).start();
  } catch (error) {
    document.getElementById('loading').replaceChildren(
      h('p', { role: 'alert' }, `The sandbox could not be opened: ${error.message}`),
      h('button', { type: 'button', class: 'button', onClick: () => location.reload() }, 'Try again'));
    throw error;
  }
}

start();
