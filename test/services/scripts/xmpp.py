"""An XMPP client: xmpp.py PORT CA JID PASSWORD ACTION [ARGUMENT]; prints one line of JSON."""
import asyncio
import base64
import hashlib
import json
import sys

import slixmpp
from slixmpp.exceptions import IqError, IqTimeout

port, ca, jid, password, action, *rest = sys.argv[1:]


class Client(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        self.ca_certs = ca
        self.told = None
        for plugin in ('xep_0030', 'xep_0054', 'xep_0077'):
            self.register_plugin(plugin)
        # the sign-up form is looked at by its own action alone
        self['xep_0077'].force_registration = False
        self.del_event_handler('failed_auth', self._handle_failed_auth) if hasattr(self, '_handle_failed_auth') else None
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('failed_all_auth', lambda _: self.tell({'refused': True}))
        self.add_event_handler('connection_failed', lambda why: self.tell({'error': str(why)}))

    def tell(self, what):
        if self.told is None:
            self.told = what
        self.disconnect()

    async def started(self, _):
        try:
            self.tell(await getattr(self, 'do_' + action)(*rest))
        except IqError as error:
            self.tell({'in': True, 'error': error.condition})
        except IqTimeout:
            self.tell({'in': True, 'error': 'timeout'})

    async def do_login(self):
        return {'in': True}

    async def do_roster(self):
        answer = await self.get_roster()
        items = answer['roster']['items']
        return {'in': True, 'roster': {str(who): item['name'] for who, item in items.items()}}

    async def do_vcard(self, whose):
        card = (await self['xep_0054'].get_vcard(slixmpp.JID(whose)))['vcard_temp']
        photo = card['PHOTO']['BINVAL']
        photo = base64.b64decode(photo) if isinstance(photo, str) else photo
        return {
            'in': True,
            'name': card['FN'],
            # what there is nothing for comes as an empty address
            'mail': [each['USERID'] for each in card['emails'] if each['USERID']],
            'photo': hashlib.sha256(photo).hexdigest() if photo else None,
        }

    async def do_passwd(self, new):
        await self['xep_0077'].change_password(new)
        return {'in': True, 'changed': True}

    async def do_leave(self):
        await self['xep_0077'].cancel_registration()
        return {'in': True, 'left': True}

    async def do_stay(self, new=None):
        """Stays, says so, and after a line of input tells whether it still can talk, and perhaps change the password."""
        print(json.dumps({'staying': True}), flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await self['xep_0030'].get_info(jid=self.boundjid.host)
        return {'in': True, 'stayed': True} if new is None else await self.do_passwd(new)


client = Client()
client.connect(address=('127.0.0.1', int(port)), force_starttls=True)
client.loop.call_later(120 if action == 'stay' else 25, lambda: client.tell({'error': 'nothing happened for too long'}))
client.loop.run_until_complete(client.disconnected)
print(json.dumps(client.told or {'gone': True}))
