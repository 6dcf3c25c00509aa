/** The genuine cartridges that are known, in the order of their files. Their images are the user's to bring. */
import type { Game } from '../game.ts';
import { adventure } from './adventure.ts';
import { airRaid } from './airRaid.ts';
import { alien } from './alien.ts';
import { amidar } from './amidar.ts';
import { assault } from './assault.ts';
import { asterix } from './asterix.ts';
import { asteroids } from './asteroids.ts';
import { atlantis } from './atlantis.ts';
import { atlantis2 } from './atlantis2.ts';
import { backgammon } from './backgammon.ts';
import { bankHeist } from './bankHeist.ts';
import { basicMath } from './basicMath.ts';
import { battleZone } from './battleZone.ts';
import { beamRider } from './beamRider.ts';
import { berzerk } from './berzerk.ts';
import { blackjack } from './blackjack.ts';
import { bowling } from './bowling.ts';
import { boxing } from './boxing.ts';
import { genuineBreakout } from './breakout.ts';
import { carnival } from './carnival.ts';
import { casino } from './casino.ts';
import { centipede } from './centipede.ts';
import { chopperCommand } from './chopperCommand.ts';
import { crazyClimber } from './crazyClimber.ts';
import { crossbow } from './crossbow.ts';
import { darkchambers } from './darkchambers.ts';
import { defender } from './defender.ts';
import { demonAttack } from './demonAttack.ts';
import { donkeyKong } from './donkeyKong.ts';
import { doubleDunk } from './doubleDunk.ts';
import { earthworld } from './earthworld.ts';
import { elevatorAction } from './elevatorAction.ts';
import { enduro } from './enduro.ts';
import { entombed } from './entombed.ts';
import { et } from './et.ts';
import { fishingDerby } from './fishingDerby.ts';
import { flagCapture } from './flagCapture.ts';
import { freeway } from './freeway.ts';
import { frogger } from './frogger.ts';
import { frostbite } from './frostbite.ts';
import { galaxian } from './galaxian.ts';
import { gopher } from './gopher.ts';
import { gravitar } from './gravitar.ts';
import { hangman } from './hangman.ts';
import { hauntedHouse } from './hauntedHouse.ts';
import { hero } from './hero.ts';
import { humanCannonball } from './humanCannonball.ts';
import { iceHockey } from './iceHockey.ts';
import { jamesbond } from './jamesbond.ts';
import { journeyEscape } from './journeyEscape.ts';
import { kaboom } from './kaboom.ts';
import { kangaroo } from './kangaroo.ts';
import { keystoneKapers } from './keystoneKapers.ts';
import { kingKong } from './kingKong.ts';
import { klax } from './klax.ts';
import { koolaid } from './koolaid.ts';
import { krull } from './krull.ts';
import { kungFuMaster } from './kungFuMaster.ts';
import { laserGates } from './laserGates.ts';
import { lostLuggage } from './lostLuggage.ts';
import { marioBros } from './marioBros.ts';
import { miniatureGolf } from './miniatureGolf.ts';
import { montezumaRevenge } from './montezumaRevenge.ts';
import { mrDo } from './mrDo.ts';
import { msPacman } from './msPacman.ts';
import { nameThisGame } from './nameThisGame.ts';
import { othello } from './othello.ts';
import { pacman } from './pacman.ts';
import { phoenix } from './phoenix.ts';
import { pitfall } from './pitfall.ts';
import { pitfall2 } from './pitfall2.ts';
import { genuinePong } from './pong.ts';
import { pooyan } from './pooyan.ts';
import { privateEye } from './privateEye.ts';
import { qbert } from './qbert.ts';
import { riverraid } from './riverraid.ts';
import { roadRunner } from './roadRunner.ts';
import { robotank } from './robotank.ts';
import { seaquest } from './seaquest.ts';
import { sirLancelot } from './sirLancelot.ts';
import { skiing } from './skiing.ts';
import { solaris } from './solaris.ts';
import { spaceInvaders } from './spaceInvaders.ts';
import { spaceWar } from './spaceWar.ts';
import { starGunner } from './starGunner.ts';
import { superman } from './superman.ts';
import { surround } from './surround.ts';
import { tennis } from './tennis.ts';
import { tetris } from './tetris.ts';
import { ticTacToe3d } from './ticTacToe3d.ts';
import { timePilot } from './timePilot.ts';
import { trondead } from './trondead.ts';
import { turmoil } from './turmoil.ts';
import { tutankham } from './tutankham.ts';
import { upNDown } from './upNDown.ts';
import { venture } from './venture.ts';
import { videoCheckers } from './videoCheckers.ts';
import { videoChess } from './videoChess.ts';
import { videoCube } from './videoCube.ts';
import { videoPinball } from './videoPinball.ts';
import { wizardOfWor } from './wizardOfWor.ts';
import { wordZapper } from './wordZapper.ts';
import { yarsRevenge } from './yarsRevenge.ts';
import { zaxxon } from './zaxxon.ts';

export const genuineGames: readonly Game[] = [
  adventure,
  airRaid,
  alien,
  amidar,
  assault,
  asterix,
  asteroids,
  atlantis,
  atlantis2,
  backgammon,
  bankHeist,
  basicMath,
  battleZone,
  beamRider,
  berzerk,
  blackjack,
  bowling,
  boxing,
  genuineBreakout,
  carnival,
  casino,
  centipede,
  chopperCommand,
  crazyClimber,
  crossbow,
  darkchambers,
  defender,
  demonAttack,
  donkeyKong,
  doubleDunk,
  earthworld,
  elevatorAction,
  enduro,
  entombed,
  et,
  fishingDerby,
  flagCapture,
  freeway,
  frogger,
  frostbite,
  galaxian,
  gopher,
  gravitar,
  hangman,
  hauntedHouse,
  hero,
  humanCannonball,
  iceHockey,
  jamesbond,
  journeyEscape,
  kaboom,
  kangaroo,
  keystoneKapers,
  kingKong,
  klax,
  koolaid,
  krull,
  kungFuMaster,
  laserGates,
  lostLuggage,
  marioBros,
  miniatureGolf,
  montezumaRevenge,
  mrDo,
  msPacman,
  nameThisGame,
  othello,
  pacman,
  phoenix,
  pitfall,
  pitfall2,
  genuinePong,
  pooyan,
  privateEye,
  qbert,
  riverraid,
  roadRunner,
  robotank,
  seaquest,
  sirLancelot,
  skiing,
  solaris,
  spaceInvaders,
  spaceWar,
  starGunner,
  superman,
  surround,
  tennis,
  tetris,
  ticTacToe3d,
  timePilot,
  trondead,
  turmoil,
  tutankham,
  upNDown,
  venture,
  videoCheckers,
  videoChess,
  videoCube,
  videoPinball,
  wizardOfWor,
  wordZapper,
  yarsRevenge,
  zaxxon,
];
