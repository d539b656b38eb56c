/** Orders, their previews and their confirmations. */
export const act = {
  'help.reboot': 'reboot a server (asks first)',
  'help.recover': 'bring a broken server back, step by step',
  'help.redeploy': 'deploy the services of a server anew',
  'help.mode': 'how far recoveries go by themselves: observe, ask or auto; also for a group',
  'help.care': 'how far I may go on a server: none, watch or managed',

  'operation.reboot': 'reboot of {server}',
  'operation.deploy': 'redeployment of services on {server}',

  // Buttons of cards
  'verb.provision': 'Prepare',
  'verb.rebuild': 'Reinstall…',
  'verb.reset': 'Rebuild, keep disk…',
  'verb.reboot': 'Reboot…',
  'verb.recover': 'Recover…',
  'verb.redeploy': 'Redeploy',
  'verb.maint': 'Maintenance…',
  'verb.mode': 'Mode…',
  'verb.hands': 'Hands off…',
  'verb.care': 'Care…',

  // Questions before an order
  'order.where': '<b>Where:</b> {address}, {provider}, now: {status}',
  'order.until': 'The question is open until {until}.',
  'order.for': '{who}, this question is for you.',
  'order.gone': '❌ I do not know this question any more. Nothing was done.',
  'order.no_server': '❌ I do not know this server any more.',
  'order.expired':
    '⌛ This question has expired. Nothing was done; ask again if you still want it.',
  'order.changed': '⚠️ Something has changed since I asked. Nothing was done; look again:',
  'order.declined': 'ℹ️ Left as it is. Nothing was done.',
  'order.confirmed': 'ℹ️ This question was answered with yes already. It counts once.',
  'order.not_started': '⚠️ It has started nothing all the same. Ask again if you still want it.',
  'order.not_yours': 'Only {by} can answer this: they were asked.',
  'order.no_backup': '⚠️ No backup is known to Zavhoz: it keeps none of its own in this version.',
  'order.replaces': 'It takes the place of what is under way.\n{what}',
  'accepted.starts': '⏱ It begins in {delay}. Until then a stop costs nothing.',

  'order.reboot.title': '⚠️ Reboot {server}?',
  'order.reboot.what':
    '<b>What happens:</b> I save what it shows, its provider reboots it, and I prove by another boot and three good looks that it is back.',
  'order.reboot.lost':
    '<b>Lost:</b> whatever is only in memory; everything on it stops for some minutes.',
  'order.reboot.undo': '<b>Way back:</b> not needed; until the provider is asked you can stop it.',
  'order.reboot.yes': 'Yes, reboot',

  'order.reset.title': '⚠️ Rebuild {server} and keep its disk?',
  'order.reset.what':
    '<b>What happens:</b> the provider sets a new root password, the SSH host key it shows next is accepted as new, then the server is prepared anew.',
  'order.reset.lost': '<b>Lost:</b> the present root password. Files stay; services may restart.',
  'order.reset.undo':
    '<b>Way back:</b> the former password cannot be brought back; what the preparation changes is listed in README.md.',
  'order.reset.yes': 'Yes, rebuild and keep the disk',

  'order.rebuild.title': '🚨 Reinstall {server}?',
  'order.rebuild.what':
    '<b>What happens:</b> {seconds} seconds after your word its provider reinstalls the operating system; then the server is prepared anew.',
  'order.rebuild.lost':
    '<b>Lost:</b> EVERYTHING on its disk, and the backups that the provider keeps of it.',
  'order.rebuild.undo':
    '<b>Way back:</b> none once the provider has begun. Until then a button stops it.',
  'order.rebuild.yes': 'Yes, reinstall',
  'rebuild.usage': 'Write {usage} to keep the disk; without <code>reset</code> the disk is wiped.',
  'rebuild.owner_only':
    '❌ This wipes the disk: only the owner may order it. You may rebuild it and keep the disk.',

  'order.recover.title': '⚠️ Recover {server}? It {what}.',
  'order.recover.ask':
    '<b>What happens:</b> I look again, then go up step by step (restart of what failed, reboot, new access, preparation, reinstallation) and ask you before each step.',
  'order.recover.auto':
    '<b>What happens:</b> I look again, then go up step by step. Its mode is auto: steps up to “{rung}” are taken at once, beyond that I ask.',
  'order.recover.lost':
    '<b>Lost:</b> nothing by the order itself; each step that interrupts says what it costs.',
  'order.recover.undo': '<b>Way back:</b> /cancel stops it before its next step.',
  'order.recover.stopped':
    '⛔ Automatic action is stopped ({reason}): it waits until somebody re-arms.',
  'order.recover.yes': 'Yes, recover',
  'order.recover.none': 'ℹ️ {server} has no open incident that a recovery works on.',
  'order.recover.others': 'Open, but without steps that I could take: {what}.',
  'order.recover.instead': 'If it is in trouble all the same:',
  'order.recover.observe':
    'ℹ️ The mode of {server} is observe: a recovery would only write down what it would do. The owner lets me ask before each step by /mode.',
  'order.recover.which': '{server} has several incidents. From which one shall I recover it?',

  'order.mode.title': '⚠️ Let me act by myself: {target} in auto?',
  'order.mode.servers': {
    one: 'It holds for {count} server, and for each that joins the group.',
    other: 'It holds for {count} servers, and for each that joins the group.',
  },
  'order.mode.what':
    '<b>What happens:</b> when a server breaks, steps up to “{rung}” are taken without asking anybody; harder ones are asked about.',
  'order.mode.lost':
    '<b>Lost:</b> what those steps cost: a reboot, for one, stops everything on it.',
  'order.mode.undo':
    '<b>Way back:</b> at any time by <code>/mode {target} ask</code>, or for all by /freeze.',
  'order.mode.yes': 'Yes, auto',
  'mode.server': '{server}',
  'mode.group': 'the group {group}',
  'mode.set': '✅ Mode of {target}: {mode}.',
  'mode.means_observe': 'I watch and tell; I write down what I would do, and do nothing.',
  'mode.means_ask': 'I ask before each step that I take.',
  'mode.means_auto': 'I bring servers back by myself.',
  'mode.rung': 'Without asking up to: {rung}.',
  'mode.now': 'The mode of {server} is {mode}. Another one?',
  'mode.usage':
    'Write {server} or {group}: observe, ask or auto, and for a group the highest step without asking (restart, reboot, reset_access, provision, reinstall).',
  'mode.rung_of_group': '❌ The highest step belongs to the group: /mode {group} …',

  'order.hands.title': '⚠️ Mark {server} hands off?',
  'order.hands.what':
    '<b>What happens:</b> I go on watching it and change nothing on it any more, on nobody’s word.',
  'order.hands.lost': '<b>Lost:</b> recoveries and orders for it are refused.',
  'order.hands.undo':
    '<b>Way back:</b> not from a chat, but on the host: <code>npx zavhoz servers set-hands-off {server} off</code>',
  'order.hands.yes': 'Yes, hands off',
  'order.hands.done': '✅ {server} is hands off now.',
  'order.hands.already': 'ℹ️ {server} is hands off already.',

  'care.set': '✅ Care of {server}: {care}.',
  'care.means_none': 'It is known, and neither checked nor touched.',
  'care.means_watch': 'It is checked and alarms are told; nothing on it is changed.',
  'care.means_managed': 'It may be prepared, recovered and changed on your word and by its mode.',
  'care.hands_off': 'It is marked hands off: every change is refused all the same.',
  'care.usage': 'Write {usage}: none, watch or managed.',
  'care.now': 'The care of {server} is {care}. Another one?',
  'maint.how_long': 'How long is {server} under maintenance?',

  // Approvals
  'approval.where': '<b>Where:</b> {text}',
  'approval.details': 'Details of the question about {server}',
  'approval.arguments': '<b>Call:</b> {tool} {text}',
  'approval.facts': '<b>Facts it rests on:</b>\n{text}',
  'approval.hash': '<b>Hash:</b> {hash}',
  'approval.timeline': '<b>What has happened so far:</b>',
  'approval.timeline_line': '{at}: {text}',
  'approval.earlier': { one: '… {count} earlier line', other: '… {count} earlier lines' },
  'approval.evidence': '<b>Evidence, {section}:</b>\n{text}',
  'approval.no_incident': 'It belongs to no incident.',
  'rung_does.recheck': 'Look at {server}.',
  'rung_lost.recheck': 'Nothing.',
  'rung_undo.recheck': 'Not needed.',
  'rung_does.restart': 'Restart what failed (units, Docker, containers) on {server}.',
  'rung_lost.restart': 'Connections to what is restarted.',
  'rung_undo.restart': 'Not needed.',
  'rung_does.reboot': 'Reboot {server} at its provider.',
  'rung_lost.reboot': 'Whatever is only in memory; everything on it stops for some minutes.',
  'rung_undo.reboot': 'Not needed.',
  'rung_does.reset_access': 'Reset the root password of {server} and install the keys anew.',
  'rung_lost.reset_access': 'The present root password.',
  'rung_undo.reset_access': 'The former password cannot be brought back.',
  'rung_does.provision': 'Run the whole preparation without upgrades on {server}.',
  'rung_lost.provision': 'The present root password; services may restart.',
  'rung_undo.provision': 'README.md, section “What Zavhoz changes on a server”.',
  'rung_does.reinstall': 'Reinstall the operating system of {server}.',
  'rung_lost.reinstall': 'EVERYTHING on its disk, and the backups that the provider keeps of it.',
  'rung_undo.reinstall': 'Impossible once the provider has begun.',
  'button.details': 'Details',
  'button.back': '‹ Back',

  // Notifications
  'note.reboot_started': 'Rebooting {server}.',
  'note.server_rebooted': '{server} was rebooted and is well.',
  'note.reboot_failed': 'The reboot of {server} failed.',
} as const;
