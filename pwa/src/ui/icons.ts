/** Which pictures does the app use? One set (Lucide, ISC licence), each name chosen here and nowhere else. */
import {
  ArrowLeft, ArrowDown, ArrowUp, Ban, Banknote, Bell, CalendarDays, Camera, Check, CheckCheck, ChevronDown, ChevronRight,
  CircleAlert, CircleHelp, Clock, CloudOff, CloudUpload, DoorClosed, FileText, Filter, Flag, Globe, GripVertical, Hourglass,
  House, Inbox, Info, LayoutList, List, LocateFixed, Lock, LogOut, MapPin, Map as MapIcon, MessageSquare, Mic, Moon,
  Navigation, Pencil, Phone, Plus, RefreshCw, Search, Send, Settings, ShieldAlert, ShieldCheck, Smartphone, Sun, Trash2,
  TriangleAlert, Undo2, User, UserX, Users, WifiOff, X, type IconNode,
} from 'lucide';

export const icons = {
  alert: CircleAlert, back: ArrowLeft, ban: Ban, bell: Bell, calendar: CalendarDays, camera: Camera, cash: Banknote,
  check: Check, 'check-twice': CheckCheck, chevron: ChevronRight, clock: Clock, close: X, down: ArrowDown, door: DoorClosed,
  document: FileText, edit: Pencil, filter: Filter, flag: Flag, globe: Globe, grip: GripVertical, help: CircleHelp,
  home: House, inbox: Inbox, info: Info, layout: LayoutList, list: List, locate: LocateFixed, lock: Lock, logout: LogOut,
  map: MapIcon, message: MessageSquare, mic: Mic, moon: Moon, more: ChevronDown, navigate: Navigation, offline: WifiOff,
  person: User, 'person-off': UserX, people: Users, phone: Phone, pin: MapPin, plus: Plus, refresh: RefreshCw,
  search: Search, send: Send, settings: Settings, 'shield-alert': ShieldAlert, shield: ShieldCheck,
  smartphone: Smartphone, sun: Sun, trash: Trash2, undo: Undo2, unsent: CloudOff, up: ArrowUp, upload: CloudUpload,
  wait: Hourglass, warning: TriangleAlert,
} satisfies Record<string, IconNode>;

export type IconName = keyof typeof icons;
