// Every word on the page, in both languages.
const texts = {
  en: {
    skip: 'Skip to content', wearables: 'Wearables', heart: 'Heart rate', disclaimer: 'Not a medical device', turn: 'Conversation turn',
    lastTurns: 'Last turns', wakes: 'Wake words heard', log: 'Events', logNote: 'the last 200, newest first', online: 'online', offline: 'offline',
    empty: 'No wearable has connected yet. Start a simulated one in another terminal:', sinceEnd: 'Milliseconds since the speaker fell silent.',
    streamUp: 'Live', streamDown: 'Connection to the gateway lost, trying again', language: '中文', light: 'Light', dark: 'Dark',
    'mic.off': 'Microphone off: nothing is heard', 'mic.wake': 'Waits for its word: sound stays on the device', 'mic.stream': 'Streaming sound to your gateway', 'mic.unknown': 'Microphone state unknown',
    'mode.idle': 'idle', 'mode.listening': 'listening', 'mode.streaming': 'hearing you', 'mode.thinking': 'thinking', 'mode.speaking': 'speaking', 'mode.muted': 'muted',
    simulated: 'simulated', firmware: 'firmware', seen: 'seen', battery: 'battery', heap: 'free memory', rssi: 'signal',
    'st.no_contact': 'No finger on the sensor', 'st.settling': 'Measuring, keep still', 'st.ok': 'Trusted: two methods agree', 'st.motion': 'Moving too much to be sure', 'st.saturated': 'Too much light on the sensor', 'st.lost': 'Pulse lost', 'st.sensor_error': 'The sensor does not answer', 'st.none': 'No measurement yet',
    quality: 'quality', noRate: 'no heart rate shown', bpm: 'bpm', chart: 'Heart rate of the last ten minutes',
    day: 'Today (not a medical device)', 'day.resting': 'Resting', 'day.noRest': 'needs five minutes of rest', 'day.range': 'Range', 'day.measured': 'Measured', 'day.zones': 'Zones', 'day.noAge': 'no age set in heart.json', 'day.variability': 'Variability', 'day.estimate': 'estimate',
    'day.again': 'Re-estimated readings (dots)', 'day.csv': 'CSV', 'day.fhir': 'FHIR', 'day.omh': 'Open mHealth', 'zone.very light': 'Very light', 'zone.light': 'Light', 'zone.moderate': 'Moderate', 'zone.vigorous': 'Vigorous', 'zone.near the most': 'Near the most',
    'stage.end_ms': 'Silence noticed', 'stage.text_ms': 'Text', 'stage.answer_ms': 'Answer', 'stage.speech_ms': 'Sound made', 'stage.audio_ms': 'Playing', 'stage.done_ms': 'Played',
    'phase.wake': 'listening', 'phase.verified': 'wake word confirmed', 'phase.rejected': 'rejected', 'phase.speech': 'speech ended', 'phase.text': 'understood', 'phase.answer': 'answering', 'phase.audio': 'playing', 'phase.done': 'done', 'phase.failed': 'failed',
    noTurns: 'No conversation yet. Say the wake word.', noWakes: 'No wake word heard since this page was opened.', score: 'score', threshold: 'threshold', toFirstSound: 'to first sound',
  },
  zh: {
    skip: '跳到内容', wearables: '可穿戴设备', heart: '心率', disclaimer: '非医疗器械', turn: '对话轮次',
    lastTurns: '最近几轮', wakes: '听到的唤醒词', log: '事件', logNote: '最近 200 条，最新在前', online: '在线', offline: '离线',
    empty: '还没有设备连接。请在另一个终端启动模拟设备：', sinceEnd: '从说话结束算起的毫秒数。',
    streamUp: '实时', streamDown: '与网关的连接已断开，正在重试', language: 'English', light: '浅色', dark: '深色',
    'mic.off': '麦克风已关闭：不采集声音', 'mic.wake': '等待唤醒词：声音只留在设备上', 'mic.stream': '正在把声音发送到你的网关', 'mic.unknown': '麦克风状态未知',
    'mode.idle': '空闲', 'mode.listening': '聆听', 'mode.streaming': '正在听你说', 'mode.thinking': '思考中', 'mode.speaking': '说话中', 'mode.muted': '已静音',
    simulated: '模拟', firmware: '固件', seen: '最近', battery: '电量', heap: '可用内存', rssi: '信号',
    'st.no_contact': '传感器上没有手指', 'st.settling': '测量中，请保持不动', 'st.ok': '可信：两种方法一致', 'st.motion': '动作太大，无法确定', 'st.saturated': '传感器光线过强', 'st.lost': '脉搏丢失', 'st.sensor_error': '传感器没有响应', 'st.none': '还没有测量',
    quality: '质量', noRate: '不显示心率', bpm: '次/分', chart: '最近十分钟的心率',
    day: '今天（非医疗器械）', 'day.resting': '静息', 'day.noRest': '需要连续静息五分钟', 'day.range': '范围', 'day.measured': '已测量', 'day.zones': '强度区间', 'day.noAge': 'heart.json 中没有年龄', 'day.variability': '心率变异', 'day.estimate': '估计值',
    'day.again': '重新估计的读数（圆点）', 'day.csv': 'CSV', 'day.fhir': 'FHIR', 'day.omh': 'Open mHealth', 'zone.very light': '很轻', 'zone.light': '轻', 'zone.moderate': '中等', 'zone.vigorous': '剧烈', 'zone.near the most': '接近极限',
    'stage.end_ms': '发现静音', 'stage.text_ms': '文字', 'stage.answer_ms': '回答', 'stage.speech_ms': '合成声音', 'stage.audio_ms': '开始播放', 'stage.done_ms': '播放完',
    'phase.wake': '聆听', 'phase.verified': '唤醒词已确认', 'phase.rejected': '已拒绝', 'phase.speech': '说话结束', 'phase.text': '已听懂', 'phase.answer': '回答中', 'phase.audio': '播放中', 'phase.done': '完成', 'phase.failed': '失败',
    noTurns: '还没有对话。请说唤醒词。', noWakes: '打开本页后还没有听到唤醒词。', score: '得分', threshold: '阈值', toFirstSound: '到第一声',
  },
};

let language = localStorage.getItem('language') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');

export const t = key => texts[language][key] ?? key;

export function toggleLanguage() {
  language = language === 'en' ? 'zh' : 'en';
  localStorage.setItem('language', language);
}

/** Fills every element that names its text. */
export function translatePage() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of document.querySelectorAll('[data-i18n]')) {
    element.textContent = t(element.dataset.i18n);
  }
}
