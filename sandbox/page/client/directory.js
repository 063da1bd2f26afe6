/** Who and what the ids in messages mean, for one person. */
export class Directory {
  /** @param {object} workspace answer of `/ui/workspace` @param {string} me user id or handle; the first person if unknown */
  constructor(workspace, me) {
    this.team = workspace.team;
    this.app = workspace.app;
    this.commands = workspace.commands ?? [];
    this.shortcuts = workspace.shortcuts ?? [];
    this.tips = workspace.tips ?? [];
    this.userById = new Map(workspace.users.map((user) => [user.id, { ...user, shown: user.real_name || user.display_name || user.name }]));
    this.groupById = new Map((workspace.usergroups ?? []).map((group) => [group.id, group]));
    this.channelById = new Map();
    this.me = (this.people().find((user) => user.id === me || user.name === me) ?? this.people()[0]).id;
  }

  user(id) {
    return this.userById.get(id);
  }

  group(id) {
    return this.groupById.get(id);
  }

  channel(id) {
    return this.channelById.get(id);
  }

  /** People who can act: not the bot, not the deactivated. */
  people() {
    return [...this.userById.values()].filter((user) => !user.is_bot && !user.deleted);
  }

  groups() {
    return [...this.groupById.values()];
  }

  channels() {
    return [...this.channelById.values()];
  }

  setChannels(channels) {
    this.channelById = new Map(channels.map((channel) => [channel.id, channel]));
  }

  putChannel(channel) {
    this.channelById.set(channel.id, { ...this.channelById.get(channel.id), ...channel });
  }

  get self() {
    return this.user(this.me);
  }

  /** What a conversation is called: `billing`, or the other person's name. */
  titleOf(channel) {
    return channel.is_im ? (this.user(channel.user)?.shown ?? 'Direct message') : channel.name;
  }

  isAppDm(channel) {
    return channel.is_im && channel.user === this.app.bot_user_id;
  }

  /** Who wrote it, as shown: a person, or the app under the name it gave itself. */
  author(message) {
    const user = this.user(message.user);
    const isApp = Boolean(message.bot_id || user?.is_bot);
    if (message.local) return { id: message.user, isApp, name: message.username, color: '#5b6b6d', initials: '#' };
    return {
      id: message.user,
      isApp,
      name: message.username ?? message.bot_profile?.name ?? user?.shown ?? (isApp ? this.app.name : 'Unknown'),
      color: isApp ? (this.app.color ?? '#1d3a3a') : (user?.color ?? '#888888'),
      initials: user?.initials,
    };
  }

  /** Does the message call this person: by name, by group, or everyone? */
  calls(message) {
    const text = message.text ?? '';
    const groups = this.groups().filter((group) => group.users?.includes(this.me));
    return text.includes(`<@${this.me}`) || /<!(here|channel|everyone)/.test(text) || groups.some((group) => text.includes(`<!subteam^${group.id}`));
  }
}
