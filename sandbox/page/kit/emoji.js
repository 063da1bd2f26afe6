/** Emoji by Slack's short names: "name glyph" pairs. A name that is not here stays as `:name:`, as in Slack. */
const TABLE = `
grinning 😀 smiley 😃 smile 😄 grin 😁 laughing 😆 satisfied 😆 sweat_smile 😅 joy 😂 rolling_on_the_floor_laughing 🤣 rofl 🤣
blush 😊 innocent 😇 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 relieved 😌 heart_eyes 😍 kissing_heart 😘 yum 😋
stuck_out_tongue 😛 stuck_out_tongue_winking_eye 😜 zany_face 🤪 face_with_raised_eyebrow 🤨 face_with_monocle 🧐 nerd_face 🤓
sunglasses 😎 star-struck 🤩 partying_face 🥳 smirk 😏 unamused 😒 disappointed 😞 pensive 😔 worried 😟 confused 😕
slightly_frowning_face 🙁 white_frowning_face ☹️ persevere 😣 confounded 😖 tired_face 😫 weary 😩 pleading_face 🥺 cry 😢 sob 😭
triumph 😤 angry 😠 rage 😡 face_with_symbols_on_mouth 🤬 exploding_head 🤯 flushed 😳 hot_face 🥵 cold_face 🥶 scream 😱 fearful 😨
cold_sweat 😰 disappointed_relieved 😥 sweat 😓 hugging_face 🤗 thinking_face 🤔 thinking 🤔 face_with_hand_over_mouth 🤭 shushing_face 🤫
lying_face 🤥 no_mouth 😶 neutral_face 😐 expressionless 😑 grimacing 😬 face_with_rolling_eyes 🙄 hushed 😯 open_mouth 😮 astonished 😲
sleeping 😴 drooling_face 🤤 dizzy_face 😵 zipper_mouth_face 🤐 nauseated_face 🤢 face_vomiting 🤮 mask 😷 clown_face 🤡 hankey 💩 poop 💩
ghost 👻 skull 💀 alien 👽 robot_face 🤖 jack_o_lantern 🎃 see_no_evil 🙈 hear_no_evil 🙉 speak_no_evil 🙊
wave 👋 raised_hand ✋ ok_hand 👌 v ✌️ crossed_fingers 🤞 call_me_hand 🤙 point_left 👈 point_right 👉 point_up_2 👆 point_down 👇 point_up ☝️
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 fist ✊ facepunch 👊 clap 👏 raised_hands 🙌 open_hands 👐 handshake 🤝 pray 🙏 writing_hand ✍️
muscle 💪 eyes 👀 eye 👁️ brain 🧠 speaking_head_in_silhouette 🗣️ bust_in_silhouette 👤 busts_in_silhouette 👥 shrug 🤷 face_palm 🤦
man-shrugging 🤷‍♂️ woman-shrugging 🤷‍♀️ raising_hand 🙋 bow 🙇 technologist 🧑‍💻 detective 🕵️ runner 🏃 walking 🚶
heart ❤️ orange_heart 🧡 yellow_heart 💛 green_heart 💚 blue_heart 💙 purple_heart 💜 black_heart 🖤 white_heart 🤍 broken_heart 💔 two_hearts 💕
sparkling_heart 💖 100 💯 boom 💥 collision 💥 fire 🔥 sparkles ✨ star ⭐ star2 🌟 dizzy 💫 zap ⚡ sunny ☀️ cloud ☁️ rainbow 🌈 snowflake ❄️
umbrella ☔ ocean 🌊 earth_africa 🌍 earth_americas 🌎 globe_with_meridians 🌐 crescent_moon 🌙 seedling 🌱 herb 🌿 four_leaf_clover 🍀
deciduous_tree 🌳 rose 🌹 sunflower 🌻 cactus 🌵 dog 🐶 cat 🐱 mouse 🐭 fox_face 🦊 bear 🐻 panda_face 🐼 tiger 🐯 lion_face 🦁 cow 🐮 pig 🐷 frog 🐸
monkey 🐒 chicken 🐔 penguin 🐧 bird 🐦 owl 🦉 bee 🐝 honeybee 🐝 bug 🐛 butterfly 🦋 turtle 🐢 snake 🐍 octopus 🐙 fish 🐟 whale 🐳 elephant 🐘 ear 👂
apple 🍎 lemon 🍋 banana 🍌 watermelon 🍉 strawberry 🍓 peach 🍑 avocado 🥑 carrot 🥕 corn 🌽 bread 🍞 cheese_wedge 🧀 egg 🥚 pizza 🍕 hamburger 🍔
fries 🍟 taco 🌮 popcorn 🍿 cookie 🍪 cake 🍰 birthday 🎂 doughnut 🍩 coffee ☕ tea 🍵 beer 🍺 beers 🍻 wine_glass 🍷 champagne 🍾 salt 🧂
soccer ⚽ basketball 🏀 trophy 🏆 first_place_medal 🥇 sports_medal 🏅 medal 🎖️ dart 🎯 video_game 🎮 game_die 🎲 art 🎨 musical_note 🎵 guitar 🎸 headphones 🎧
tada 🎉 confetti_ball 🎊 balloon 🎈 gift 🎁 ribbon 🎀 ticket 🎫 car 🚗 taxi 🚕 bus 🚌 truck 🚚 ambulance 🚑 fire_engine 🚒 bike 🚲 rotating_light 🚨
airplane ✈️ rocket 🚀 helicopter 🚁 ship 🚢 anchor ⚓ construction 🚧 house 🏠 office 🏢 hospital 🏥 bank 🏦 hotel 🏨 tent ⛺ world_map 🗺️ compass 🧭
watch ⌚ iphone 📱 computer 💻 desktop_computer 🖥️ keyboard ⌨️ printer 🖨️ floppy_disk 💾 cd 💿 camera 📷 video_camera 📹 movie_camera 🎥 tv 📺 radio 📻
telephone_receiver 📞 phone ☎️ battery 🔋 electric_plug 🔌 bulb 💡 flashlight 🔦 wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ nut_and_bolt 🔩 magnet 🧲
alarm_clock ⏰ stopwatch ⏱️ timer_clock ⏲️ hourglass ⌛ hourglass_flowing_sand ⏳ clock1 🕐 clock3 🕒 clock6 🕕 clock9 🕘 mag 🔍 mag_right 🔎 key 🔑 lock 🔒
unlock 🔓 closed_lock_with_key 🔐 bell 🔔 no_bell 🔕 loudspeaker 📢 mega 📣 speech_balloon 💬 thought_balloon 💭 left_speech_bubble 🗨️ mailbox 📫 email 📧
envelope ✉️ inbox_tray 📥 outbox_tray 📤 package 📦 postal_horn 📯 scroll 📜 page_facing_up 📄 newspaper 📰 bookmark 🔖 label 🏷️ moneybag 💰 dollar 💵
euro 💶 credit_card 💳 money_with_wings 💸 receipt 🧾 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 pushpin 📌
round_pushpin 📍 paperclip 📎 straight_ruler 📏 scissors ✂️ file_folder 📁 open_file_folder 📂 calendar 📅 date 📅 spiral_calendar_pad 🗓️ wastebasket 🗑️
memo 📝 pencil 📝 pencil2 ✏️ lower_left_fountain_pen 🖋️ books 📚 book 📖 ledger 📒 link 🔗 microscope 🔬 telescope 🔭 satellite_antenna 📡 pill 💊 thermometer 🌡️
door 🚪 chair 🪑 bed 🛏️ shopping_trolley 🛒 shopping_bags 🛍️ broom 🧹 soap 🧼 fire_extinguisher 🧯 test_tube 🧪 dna 🧬 abacus 🧮 scales ⚖️ shield 🛡️
warning ⚠️ no_entry ⛔ no_entry_sign 🚫 x ❌ o ⭕ heavy_check_mark ✔️ white_check_mark ✅ ballot_box_with_check ☑️ heavy_multiplication_x ✖️ question ❓
grey_question ❔ exclamation ❗ heavy_exclamation_mark ❗ bangbang ‼️ interrobang ⁉️ recycle ♻️ sos 🆘 new 🆕 free 🆓 up 🆙 ok 🆗 cool 🆒 information_source ℹ️
red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣 black_circle ⚫ white_circle ⚪
large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩 large_blue_square 🟦 white_large_square ⬜ black_large_square ⬛
small_red_triangle 🔺 small_red_triangle_down 🔻 small_blue_diamond 🔹 small_orange_diamond 🔸 large_blue_diamond 🔷 black_small_square ▪️ white_small_square ▫️
arrow_up ⬆️ arrow_down ⬇️ arrow_left ⬅️ arrow_right ➡️ arrow_upper_right ↗️ arrow_lower_right ↘️ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️
arrows_counterclockwise 🔄 arrows_clockwise 🔃 repeat 🔁 twisted_rightwards_arrows 🔀 arrow_forward ▶️ fast_forward ⏩ rewind ⏪ double_vertical_bar ⏸️
black_square_for_stop ⏹️ heavy_plus_sign ➕ heavy_minus_sign ➖ zzz 💤 sweat_drops 💦 dash 💨 hole 🕳️ bomb 💣 anger 💢 eyes_closed 😌 crown 👑 gem 💎
one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ six 6️⃣ seven 7️⃣ eight 8️⃣ nine 9️⃣ keycap_ten 🔟 zero 0️⃣ hash #️⃣
checkered_flag 🏁 triangular_flag_on_post 🚩 waving_white_flag 🏳️ flag-us 🇺🇸 us 🇺🇸 flag-gb 🇬🇧 gb 🇬🇧 flag-de 🇩🇪 de 🇩🇪 flag-fr 🇫🇷 fr 🇫🇷 flag-es 🇪🇸 es 🇪🇸 flag-it 🇮🇹 it 🇮🇹
flag-nl 🇳🇱 flag-at 🇦🇹 flag-ch 🇨🇭 flag-pt 🇵🇹 flag-br 🇧🇷 flag-jp 🇯🇵 jp 🇯🇵 flag-in 🇮🇳 flag-ca 🇨🇦 flag-eu 🇪🇺
`;

const GLYPHS = new Map();
const words = TABLE.trim().split(/\s+/);
for (let i = 0; i < words.length; i += 2) GLYPHS.set(words[i], words[i + 1]);

const SKIN = ['🏻', '🏼', '🏽', '🏾', '🏿'];

/** What a reaction picker offers first. */
export const COMMON_REACTIONS = ['+1', 'eyes', 'white_check_mark', 'raised_hands', 'tada', 'heart', 'joy', 'pray', 'fire', 'thinking_face', 'rotating_light', 'ear'];

/**
 * @param {string} name without colons, possibly with `::skin-tone-N` (2..6)
 * @returns {string | null}
 */
export function glyph(name) {
  const [base, tone] = name.split('::');
  const found = GLYPHS.get(base);
  if (!found) return null;
  const step = tone?.match(/^skin-tone-([2-6])$/)?.[1];
  return step ? found.replace('\uFE0F', '') + SKIN[Number(step) - 2] : found;
}

/** Glyph of a rich text `unicode` field: "1f44d-1f3fb". */
export function fromCodepoints(hex) {
  return String.fromCodePoint(...hex.split('-').map((code) => Number.parseInt(code, 16)));
}

/** Names starting with, then containing `query`: for pickers and completion. */
export function findEmoji(query, limit = 60) {
  const names = [...GLYPHS.keys()];
  const starts = names.filter((name) => name.startsWith(query));
  const rest = names.filter((name) => !name.startsWith(query) && name.includes(query));
  return [...starts, ...rest].slice(0, limit);
}
